//! Agents: they run executors and commands as processes, and speak the executor API with them.

mod machine;
