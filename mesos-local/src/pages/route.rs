//! Which page a path names.

use super::common::{COMMON, Common};
use crate::server::is_at;

/// The pages of one process and where they are.
#[derive(Debug)]
pub(crate) struct Routes<P: 'static> {
    /// Those below the name of the process, as in `/master/state`.
    pub(crate) own: &'static [(&'static str, P)],
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found<P> {
    Own(P),
    Common(Common),
}

impl<P: Copy> Routes<P> {
    /// Returns the page at `path` of the process called `name`, as in `slave(1)`. As in Mesos, a
    /// path below a page's is the page's, too, unless that is all that its process has.
    pub(crate) fn find(&self, name: &str, path: &str) -> Option<Found<P>> {
        let own = path.strip_prefix('/').and_then(|path| path.strip_prefix(name));
        match own.filter(|rest| rest.starts_with('/')) {
            Some(rest) => find(self.own, |page| is_at(page, rest)).map(Found::Own),
            None => find(COMMON, |page| page == path || page.rfind('/') > Some(0) && is_at(page, path))
                .map(Found::Common),
        }
    }
}

fn find<P: Copy>(pages: &[(&str, P)], is_it: impl Fn(&str) -> bool) -> Option<P> {
    pages.iter().find(|(page, _)| is_it(page)).map(|(_, page)| *page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_as_libprocess_finds_them() {
        let routes = Routes { own: &[("/state", 1), ("/state-summary", 2)] };
        for (path, page) in [
            ("/slave(1)/state", Some(Found::Own(1))),
            ("/slave(1)/state/", Some(Found::Own(1))),
            ("/slave(1)/state//x", Some(Found::Own(1))),
            ("/slave(1)/state-summary", Some(Found::Own(2))),
            ("/metrics/snapshot", Some(Found::Common(Common::Metrics))),
            ("/metrics/snapshot/x", Some(Found::Common(Common::Metrics))),
            ("/version", Some(Found::Common(Common::Version))),
            ("/version/x", None),
            ("/slave(1)/metrics/snapshot", None),
            ("/slave(1)", None),
            ("/slave(1)/slave(2)/state", None),
            ("/slave(1)/state.json", None),
            ("/metrics", None),
        ] {
            assert_eq!(routes.find("slave(1)", path), page, "{path}");
        }
    }
}
