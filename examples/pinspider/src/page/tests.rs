use super::*;
use crate::profile::Image;

const OF_2014: &str = r#"<!DOCTYPE html><html><head><title>x</title><script>if (1 < 2) { "</div>" }</script></head><body>
<div class="UserProfileHeader big"><h1 class="fixedHeaderName"> Ada   Example </h1>
<p class="aboutText">Gears &amp; looms.<br>And <b>more</b> gears</p>
<a class="website" href="http://ada.example/?a=1&amp;b=2" rel=nofollow>ada.example</a>
<a class="twitter" href="http://twitter.example/ada"></a><div class="locationWrapper">London</div></div>
<div class="UserInfoBar"><ul><li><a href="/ada/boards/">2 Boards</a><li>1,234 Pins<li>5 Likes<li>56,333 Followers<li>0 Following</ul></div>
<div class="Board"><a href="/ada/gears/" class="boardLinkWrapper"><h3 class="boardName"><span class="title">Gears</span></h3>
<img class="boardCover" alt="a gear" src="/c.png"></a><span class="fullName">Ada Example</span>
<div class="boardThumbs"><img src="1.png" alt="one"><img src="2.png" alt="two"></div><span class="PinCount">17 pins</span></div>
<div class="Board"><h3 class="boardName"><span class="title">No link</span></h3></div>
<div class="Board"><h3 class="boardName"><span class="title">Empty</span></h3><a href="/ada/e/">e</a><div class="boardThumbs"></div></div>
<div class="Board"><p>not a board</div>
<a href="/zoe/">Zoe</a><a href="http://host/zoe">Zoe again</a><a href="/adam">Adam</a><a href="/ada">self</a>
<a href="/pin/">pin</a><a href="/zoe/birds/">board</a><a href="http://elsewhere/eve/">Eve</a><a href="/x.css">x</a><a href="/a?b">y</a>
</body></html>"#;

fn url() -> PageUrl {
    PageUrl::parse("http://host/ada/").unwrap()
}

fn today(script: &str, state: &str) -> String {
    format!(r#"<body><script id="{script}" type="application/json">{state}</script><a href="/zoe/">Zoe</a>"#)
}

const STATE: &str = r#"{"users":{"9":{"id":"9","username":"bob","full_name":"Bob"},
 "7":{"id":"7","username":"Ada","full_name":"Ada E.","about":"Gears </b>","location":null,"website_url":"https://ada.example",
 "board_count":2,"pin_count":1234,"follower_count":56333,"following_count":0}},
 "boards":{"30":{"name":"Zinc","url":"/ada/zinc/","pin_count":3,"owner":{"id":"7","username":"ada"},"image_cover_url":"https://i/z.jpg","pin_thumbnail_urls":["https://i/1.jpg"]},
 "4":{"name":"Alum","url":"/ada/alum/","pin_count":1,"owner":"7"},
 "5":{"name":"Not hers","owner":{"id":"9","username":"bob"}}}}"#;

#[test]
fn a_page_of_2014_gives_the_profile() {
    let page = UserPage::read(OF_2014, &url()).unwrap();
    let expected = Profile {
        bio: "Gears & looms. And more gears".to_owned(),
        website: "http://ada.example/?a=1&b=2".to_owned(),
        boards_count: "2".to_owned(),
        twitter: "http://twitter.example/ada".to_owned(),
        followers_count: "56,333".to_owned(),
        following_count: "0".to_owned(),
        no_of_likes: "5".to_owned(),
        location: "London".to_owned(),
        name: "Ada Example".to_owned(),
        pins_count: "1,234".to_owned(),
        ..Profile::default()
    };
    assert_eq!(page.profile, expected);
}

#[test]
fn page_of_2014_has_boards_with_thumbnails() {
    let boards = UserPage::read(OF_2014, &url()).unwrap().boards.boards().unwrap();
    assert_eq!(boards.iter().map(|b| b.title.as_str()).collect::<Vec<_>>(), ["Gears", "No link", "Empty"]);
    let gears = &boards[0];
    assert_eq!(
        (&*gears.href, &*gears.board_by_full_name, &*gears.pin_count),
        ("/ada/gears/", "Ada Example", "17")
    );
    assert_eq!(gears.board_cover, Image::new("a gear", "/c.png"));
    assert_eq!(gears.board_thumbs, Some(vec![Image::new("one", "1.png"), Image::new("two", "2.png")]));
    assert_eq!((&*boards[1].href, &boards[1].board_thumbs), ("", &Some(vec![Image::default()])));
    assert_eq!(boards[2].board_thumbs, None);
}

#[test]
fn links_are_the_other_users_once_each() {
    let links = UserPage::read(OF_2014, &url()).unwrap().links;
    assert_eq!(
        links.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["http://host/zoe/", "http://host/adam"]
    );
}

#[test]
fn users_may_live_in_a_folder() {
    let html = r#"<p class="UserProfileHeader"><a href="zoe.html">z</a><a href="/zoe.html">other</a><a href="x/y.html">deep</a>"#;
    let links = UserPage::read(html, &PageUrl::parse("http://host/2014/ada.html").unwrap()).unwrap().links;
    assert_eq!(links.iter().map(ToString::to_string).collect::<Vec<_>>(), ["http://host/2014/zoe.html"]);
}

#[test]
fn page_of_today_has_the_named_user() {
    let html = today("__PWS_INITIAL_PROPS__", &format!(r#"{{"initialReduxState":{STATE}}}"#));
    let page = UserPage::read(&html, &url()).unwrap();
    assert_eq!(
        (&*page.profile.name, &*page.profile.bio, &*page.profile.location),
        ("Ada E.", "Gears </b>", "")
    );
    assert_eq!((&*page.profile.followers_count, &*page.profile.no_of_likes), ("56333", ""));
    let boards = page.boards.boards().unwrap();
    assert_eq!(boards.iter().map(|b| b.title.as_str()).collect::<Vec<_>>(), ["Zinc", "Alum"]);
    assert_eq!(boards[0].board_cover, Image::new("Zinc", "https://i/z.jpg"));
    assert_eq!(boards[0].board_thumbs, Some(vec![Image::new("", "https://i/1.jpg")]));
    assert_eq!((&boards[1].board_thumbs, &*boards[1].board_by_full_name), (&None, "Ada E."));
    assert_eq!(
        page.links.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["http://host/zoe/", "http://host/bob/"]
    );
}

#[test]
fn older_script_has_the_state_below_props() {
    let html = today("__PWS_DATA__", &format!(r#"{{"props":{{"initialReduxState":{STATE}}}}}"#));
    assert_eq!(UserPage::read(&html, &url()).unwrap().profile.name, "Ada E.");
}

#[test]
fn boards_round_trip_through_json() {
    for html in
        [OF_2014.to_owned(), today("__PWS_INITIAL_PROPS__", &format!(r#"{{"initialReduxState":{STATE}}}"#))]
    {
        let part = UserPage::read(&html, &url()).unwrap().boards;
        let there: BoardsPart = serde_json::from_str(&serde_json::to_string(&part).unwrap()).unwrap();
        assert_eq!(there.boards().unwrap(), part.boards().unwrap());
        assert!(!there.boards().unwrap().is_empty());
    }
}

#[test]
fn other_pages_are_refused_with_the_reason() {
    let why = |html: &str| UserPage::read(html, &url()).unwrap_err();
    assert!(matches!(why("<h1>It works!</h1>"), PageError::NotPinterest));
    assert!(matches!(why(""), PageError::NotPinterest));
    assert!(matches!(why(&today("__PWS_DATA__", "{}")), PageError::NotPinterest));
    assert!(matches!(why(&today("__PWS_DATA__", "{")), PageError::State(_)));
    let strangers = STATE.replace("Ada", "Eve");
    let html = today("__PWS_INITIAL_PROPS__", &format!(r#"{{"initialReduxState":{strangers}}}"#));
    assert!(matches!(why(&html), PageError::NoUser));
    assert!(PageError::NotPinterest.to_string().contains("not the page of a Pinterest user"));
}

/// Connections break anywhere, and pages are made by anybody.
#[test]
fn parts_of_pages_do_no_harm() {
    let today = today("__PWS_INITIAL_PROPS__", &format!(r#"{{"initialReduxState":{STATE}}}"#));
    for html in [OF_2014, &today] {
        for (at, _) in html.char_indices() {
            for part in [&html[..at], &html[at..]] {
                if let Ok(page) = UserPage::read(part, &url()) {
                    page.boards.boards().unwrap();
                }
            }
        }
    }
}

/// Time that grows with the square of the page's size would be minutes here.
#[test]
fn pages_that_were_made_to_take_long_do_not() {
    let began = std::time::Instant::now();
    let header = "<div class=UserProfileHeader><h1 class=fixedHeaderName>Ada</h1></div>";
    for tag in
        ["<b>", "<div>", "<p><b>", "<li><ul>", "<td>", "</x>", "<b></i>", "<a href=x>", "<span class=Board>"]
    {
        let html = format!("{}{header}", tag.repeat((1 << 18) / tag.len()));
        let page = UserPage::read(&html, &url()).unwrap();
        assert_eq!(page.profile.name, "Ada", "{tag}");
        let _ = page.boards.boards();
    }
    let nested = |once: &str, many: &str, filling: &str| {
        format!("{header}{once}{}{}", many.repeat(500), filling.repeat(20_000))
    };
    for html in [
        nested("", "<i class='Board boardName title boardThumbs'>", "<img src=/a.png>"),
        nested("<i class=Board><b class=boardName>", "<i class=Board>", "<img class=title>"),
        nested("", "<i class='Board boardName title'>", &"x".repeat(50)),
    ] {
        let part = UserPage::read(&html, &url()).unwrap().boards;
        assert!(matches!(part.boards(), Err(PageError::TooIntricate)));
    }
    assert!(began.elapsed() < std::time::Duration::from_secs(100), "{:?}", began.elapsed());
}

#[test]
fn a_long_page_of_honest_boards_is_read() {
    let board = r#"<div class="Board"><a href="/ada/x/"><h3 class="boardName"><span class="title">T</span></h3></a>
        <div class="boardThumbs"><img src="1.png" alt="one"><img src="2.png" alt="two"></div></div>"#;
    let html = format!("<div class=UserProfileHeader></div>{}", board.repeat(2_000));
    let boards = UserPage::read(&html, &url()).unwrap().boards.boards().unwrap();
    assert_eq!((boards.len(), boards[1_999].board_thumbs.as_ref().unwrap().len()), (2_000, 2));
}

#[test]
fn pages_of_too_many_elements_are_refused() {
    let page = |elements: usize| format!("<div class=UserProfileHeader></div>{}", "<b>".repeat(elements));
    assert!(UserPage::read(&page(100_000), &url()).is_ok());
    assert!(matches!(UserPage::read(&page(1_000_000), &url()), Err(PageError::TooLong)));
}
