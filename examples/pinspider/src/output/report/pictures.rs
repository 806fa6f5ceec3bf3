//! Where the report's pictures come from.

use crate::{page_url::PageUrl, profile::Image, site};

/// How a report reaches the site it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The site is on the web: pictures and pages are linked.
    Web,
    /// The site is pinspider's own and gone afterwards: pictures are part of the report, and
    /// nothing is linked.
    BuiltIn,
}

impl Source {
    /// Returns the address of a picture on the page at `base`, for an `src` attribute; `None` when
    /// there is none to show.
    pub fn picture(self, image: &Image, base: &PageUrl) -> Option<String> {
        let url = base.join(image.src.as_deref().filter(|src| !src.is_empty())?)?;
        match self {
            Self::Web => Some(url.to_string()),
            Self::BuiltIn => {
                let picture = site::find(url.path())?;
                Some(format!("data:{},{}", picture.content_type, percent_encoded(&picture.body)))
            }
        }
    }

    /// Returns the address of a page, if it will still be there.
    pub fn page(self, href: &str, base: &PageUrl) -> Option<String> {
        let url = base.join(href).filter(|_| self == Self::Web && !href.is_empty())?;
        Some(url.to_string())
    }
}

/// Encodes text as part of a `data:` address: SVG needs little escaping, and stays readable.
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 5 / 4);
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '#' => out.push_str("%23"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '"' => out.push_str("%22"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> PageUrl {
        PageUrl::parse("http://127.0.0.1:9/marisol/").unwrap()
    }

    #[test]
    fn pictures_of_the_web_are_linked() {
        let picture = |src: &str| Source::Web.picture(&Image::new("", src), &base());
        assert_eq!(picture("/a.png").as_deref(), Some("http://127.0.0.1:9/a.png"));
        assert_eq!(picture("javascript:alert(1)"), None);
        assert_eq!(picture(""), None);
        assert_eq!(Source::Web.picture(&Image::default(), &base()), None);
    }

    #[test]
    fn built_in_pictures_are_embedded() {
        let image = Image::new("", "/img/marisol/rooftops-at-noon/0.svg");
        let picture = Source::BuiltIn.picture(&image, &base()).unwrap();
        assert!(picture.starts_with("data:image/svg+xml,%3Csvg xmlns="), "{picture}");
        assert_eq!(Source::BuiltIn.page("/otto/", &base()), None);
    }
}
