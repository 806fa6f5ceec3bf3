mod agent;
mod checks;
mod rules;
mod runs;
mod shell;
mod world;
