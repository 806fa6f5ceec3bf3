//! The files of the page. They are part of the program, so that it needs no others.

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const IMAGE: &str = "image/svg+xml";

/// Returns the media type and the content of the file at a path.
pub(crate) fn find(path: &str) -> Option<(&'static str, &'static str)> {
    Some(match path {
        "/" => (HTML, include_str!("../page/index.html")),
        "/window.css" => (CSS, include_str!("../page/window.css")),
        "/details.css" => (CSS, include_str!("../page/details.css")),
        "/icon.svg" => (IMAGE, include_str!("../page/icon.svg")),
        "/window.js" => (SCRIPT, include_str!("../page/window.js")),
        "/dom.js" => (SCRIPT, include_str!("../page/dom.js")),
        "/list.js" => (SCRIPT, include_str!("../page/list.js")),
        "/views.js" => (SCRIPT, include_str!("../page/views.js")),
        "/overview.js" => (SCRIPT, include_str!("../page/overview.js")),
        "/details.js" => (SCRIPT, include_str!("../page/details.js")),
        "/sandbox.js" => (SCRIPT, include_str!("../page/sandbox.js")),
        "/changes.js" => (SCRIPT, include_str!("../page/changes.js")),
        _ => return None,
    })
}
