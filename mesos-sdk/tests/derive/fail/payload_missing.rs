fn send<T: mesos_sdk::Payload>(_: T) {}

struct Task;

fn main() {
    send(Task);
}
