//! Places the tasks of a small cluster, and explains why some of them wait.
//!
//! `cargo run -p mesos-placement --example explain`

use mesos_placement::{
    Agent, Constraint, HeldOffer, Key, Needs, PlacementError, Placer, Round, Running, Select, Settings,
    Shares, Strategy, Task, parse_marathon,
};
use mesos_sdk::proto::v1::{Attribute, value};
use mesos_sdk::resources::Resources;

/// The agents: name, rack, disk, and what they offer.
const AGENTS: [(&str, &str, &str, &str); 7] = [
    ("web-1", "r1", "ssd", "cpus:8; mem:16384; ports:[31000-31009]"),
    ("web-2", "r1", "hdd", "cpus:8; mem:16384; ports:[31000-31009]"),
    ("web-3", "r2", "ssd", "cpus:8; mem:16384; ports:[31000-31009]"),
    ("web-4", "r2", "hdd", "cpus:3; mem:4096; ports:[31000-31000]"),
    ("web-5", "r3", "ssd", "cpus:8; mem:16384; ports:[31000-31009]"),
    ("gpu-1", "r3", "ssd", "cpus:16; mem:65536; gpus:4; ports:[31000-31009]"),
    ("gpu-2", "r3", "ssd", "cpus:16; mem:65536; gpus:1; ports:[31000-31009]"),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut settings = Settings::default();
    settings.strategy = Strategy::Pack(Shares::default());
    let mut placer = Placer::new(settings)?;
    for (id, rack, disk, offered) in AGENTS {
        placer.set_agent(agent(id, rack, disk, offered)?)?;
    }
    placer.set_running(Running::new("batch.7", "web-1").group("batch"))?;
    for task in tasks()? {
        placer.submit(task)?;
    }
    let round = placer.place();
    show(&round);
    explain(&mut placer);
    Ok(())
}

fn agent(id: &str, rack: &str, disk: &str, offered: &str) -> Result<Agent, Box<dyn std::error::Error>> {
    let mut agent = Agent::new(id);
    agent.attributes = vec![text("rack", rack), text("disk", disk)];
    let resources = offered.parse::<Resources>()?;
    agent.offers = vec![HeldOffer::new(format!("offer of {id}"), resources)];
    Ok(agent)
}

fn text(name: &str, value: &str) -> Attribute {
    let mut attribute = Attribute { name: name.to_owned(), ..Attribute::default() };
    attribute.set_type(value::Type::Text);
    attribute.text = Some(value::Text { value: value.to_owned() });
    attribute
}

fn tasks() -> Result<Vec<Task>, PlacementError> {
    let mut tasks = Vec::new();
    for number in 1..=3 {
        let needs = Needs::new(2.0, 4096.0).dynamic_ports(1);
        let database = Task::new(format!("database.{number}"), needs).group("database");
        let database = database.constraint(Constraint::equals("disk", "ssd"));
        let database = database.constraint(Constraint::limit("rack", 1));
        tasks.push(database.constraint(Constraint::away(Key::Agent, Select::group("batch"))));
    }
    for number in 1..=5 {
        let needs = Needs::new(0.5, 512.0).dynamic_ports(2);
        let mut web = Task::new(format!("web.{number}"), needs).group("web");
        web.constraints = parse_marathon("hostname:UNIQUE,rack:GROUP_BY:3", 5)?;
        tasks.push(web);
    }
    for number in 1..=2 {
        let needs = Needs::new(4.0, 8192.0).scalar("gpus", 2.0);
        let training = Task::new(format!("training.{number}"), needs).group("training");
        tasks.push(training.constraint(Constraint::limit(Key::Agent, 1)));
    }
    Ok(tasks)
}

fn show(round: &Round) {
    println!("{} tasks have a place:\n", round.assigned.len());
    println!("  {:<8}{:<12}resources", "agent", "task");
    for accept in round.accepts() {
        for (index, assignment) in accept.assignments.iter().enumerate() {
            let agent = if index == 0 { accept.agent } else { "" };
            let resources = Resources::from(assignment.resources.clone());
            println!("  {agent:<8}{:<12}{resources}", assignment.task);
        }
    }
}

fn explain(placer: &mut Placer) {
    println!("\n{} wait:", placer.waiting());
    for unplaced in placer.explain() {
        println!("\n  {}", unplaced.task);
        for line in unplaced.refusals.to_string().lines() {
            println!("    {line}");
        }
    }
    let untouched: Vec<_> = placer.offers().map(|offer| offer.value.as_str()).collect();
    println!("\nTo decline: {}", untouched.join(", "));
}
