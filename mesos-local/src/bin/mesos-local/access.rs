//! How to reach a cluster, and as whom.

use std::path::PathBuf;

use clap::Args;
use mesos_sdk::operator::MasterOperator;
use mesos_sdk::security::{Basic, Secret, Tls};
use mesos_sdk::{ClientOptions, Error, Master};

#[derive(Args, Debug)]
pub(crate) struct Access {
    /// The master: host:port, several of them with commas, or zk://host1:2181,host2:2181/mesos.
    #[arg(long, default_value = "127.0.0.1:5050")]
    master: String,
    /// Authenticate as this principal.
    #[arg(long, value_name = "NAME", requires = "secret")]
    principal: Option<String>,
    /// The file with the principal's secret.
    #[arg(long, value_name = "FILE", requires = "principal")]
    secret: Option<PathBuf>,
    /// The PEM file with the authorities that sign the certificates of masters and agents; without
    /// it, those that this machine trusts.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// A host that gets the credentials as well, such as an agent's or that of a master which
    /// ZooKeeper names. Repeat it for several hosts.
    #[arg(long, value_name = "HOST", requires = "principal")]
    trust: Vec<String>,
}

impl Access {
    /// Returns the master. It is not read with the other arguments because their errors print what
    /// was given, and there may be a password in it.
    pub(crate) fn master(&self) -> Result<Master, Error> {
        self.master.parse()
    }

    /// Returns a client for the master.
    pub(crate) fn operator(&self) -> Result<MasterOperator, Error> {
        Ok(MasterOperator::new(self.master()?).client_options(self.options()?))
    }

    /// Returns how clients connect and authenticate.
    pub(crate) fn options(&self) -> Result<ClientOptions, Error> {
        let mut options = ClientOptions::new().trusted_hosts(self.trust.iter().map(String::as_str))?;
        if let (Some(principal), Some(file)) = (&self.principal, &self.secret) {
            options = options.authenticator(Basic::new(principal, Secret::from_file(file)?)?);
        }
        match &self.ca {
            Some(file) => Ok(options.tls(Tls::new().ca_file(file)?)),
            None => Ok(options),
        }
    }
}
