//! Deliberate defects, to see that the simulation catches them: compiled in with `--cfg mesos_sdk_defects` alone.

#[cfg(mesos_sdk_defects)]
mod list;

#[cfg(mesos_sdk_defects)]
pub use list::{Defect, is_on, switch_on};

/// Whether a defect is switched on; without the cfg it is `false`, and nothing is left of it.
#[cfg(mesos_sdk_defects)]
macro_rules! defect {
    ($name:ident) => {
        $crate::defects::is_on($crate::defects::Defect::$name)
    };
}

#[cfg(not(mesos_sdk_defects))]
macro_rules! defect {
    ($name:ident) => {
        false
    };
}
