mod not_async {
    #[mesos_sdk::main]
    fn main() -> Result<(), mesos_sdk::Error> {
        Ok(())
    }
}

mod arguments {
    #[mesos_sdk::main]
    async fn main(master: String) -> Result<(), mesos_sdk::Error> {
        Ok(())
    }
}

mod no_result {
    #[mesos_sdk::main]
    async fn main() {}
}

mod elsewhere {
    #[mesos_sdk::main]
    async fn start() -> Result<(), mesos_sdk::Error> {
        Ok(())
    }
}

mod other_key {
    #[mesos_sdk::main(works(count))]
    async fn main() -> Result<(), mesos_sdk::Error> {
        Ok(())
    }
}

mod no_list {
    #[mesos_sdk::main(count)]
    async fn main() -> Result<(), mesos_sdk::Error> {
        Ok(())
    }
}

fn main() {}
