//! An embedded Apache Mesos cluster.
