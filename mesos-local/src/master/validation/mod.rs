//! What the master refuses: calls by themselves, and launches by what the master knows.

pub(super) mod call;
mod known;

pub(super) use known::Known;
