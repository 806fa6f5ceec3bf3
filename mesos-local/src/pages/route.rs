//! Which page a path names.

use crate::server::is_at;

/// The pages of one process and where they are.
#[derive(Debug)]
pub(crate) struct Routes<P: 'static> {
    /// Those below the name of the process, as in `/master/state`.
    pub(crate) own: &'static [(&'static str, P)],
    /// Those of other processes.
    pub(crate) others: &'static [(&'static str, P)],
}

impl<P: Copy> Routes<P> {
    /// The page at `path` of the process called `name`, as in `slave(1)`. As in Mesos, a path below a page's is the
    /// page's, too, unless that is all that its process has.
    pub(crate) fn find(&self, name: &str, path: &str) -> Option<P> {
        let own = path.strip_prefix('/').and_then(|path| path.strip_prefix(name));
        match own.filter(|rest| rest.starts_with('/')) {
            Some(rest) => find(self.own, |page| is_at(page, rest)),
            None => find(self.others, |page| page == path || page.rfind('/') > Some(0) && is_at(page, path)),
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
        let routes = Routes {
            own: &[("/state", 1), ("/state-summary", 2)],
            others: &[("/metrics/snapshot", 3), ("/version", 4)],
        };
        for (path, page) in [
            ("/slave(1)/state", Some(1)),
            ("/slave(1)/state/", Some(1)),
            ("/slave(1)/state//x", Some(1)),
            ("/slave(1)/state-summary", Some(2)),
            ("/metrics/snapshot", Some(3)),
            ("/metrics/snapshot/x", Some(3)),
            ("/version", Some(4)),
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
