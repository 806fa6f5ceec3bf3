//! Which page a path names.

/// The pages of one process and where they are.
#[derive(Debug)]
pub(crate) struct Routes<P: 'static> {
    /// Those of the process that has a name of its own, as in `/master/state`; the name may be left out.
    pub(crate) own: &'static [(&'static str, P)],
    /// Those that are at this path only.
    pub(crate) others: &'static [(&'static str, P)],
}

impl<P: Copy> Routes<P> {
    /// The page at `path` of the process called `name`, as in `slave(1)`. As in Mesos, a path below a page's is the
    /// page's, too.
    pub(crate) fn find(&self, name: &str, path: &str) -> Option<P> {
        let path = path.replace("%28", "(").replace("%29", ")");
        let own = path.strip_prefix('/').and_then(|path| path.strip_prefix(name));
        match own.filter(|rest| rest.starts_with('/')) {
            Some(rest) => find(self.own, rest),
            None => find(self.own, &path).or_else(|| find(self.others, &path)),
        }
    }
}

fn find<P: Copy>(pages: &[(&str, P)], path: &str) -> Option<P> {
    let below = |rest: &str| rest.is_empty() || rest.starts_with('/');
    let found = pages.iter().find(|(page, _)| path.strip_prefix(page).is_some_and(below));
    found.map(|(_, page)| *page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_as_libprocess_finds_them() {
        let routes =
            Routes { own: &[("/state", 1), ("/state-summary", 2)], others: &[("/metrics/snapshot", 3)] };
        for (path, page) in [
            ("/state", Some(1)),
            ("/state/", Some(1)),
            ("/state/x", Some(1)),
            ("/slave(1)/state", Some(1)),
            ("/slave%281%29/state", Some(1)),
            ("/state-summary", Some(2)),
            ("/metrics/snapshot/x", Some(3)),
            ("/slave(1)/metrics/snapshot", None),
            ("/slave(1)", None),
            ("/slave(1)x/state", None),
            ("/slave(2)/state", None),
            ("/state.json", None),
            ("/", None),
        ] {
            assert_eq!(routes.find("slave(1)", path), page, "{path}");
        }
    }
}
