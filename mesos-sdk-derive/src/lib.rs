//! The derive macros of mesos-sdk.
