//! Marathon's texts of constraints.
