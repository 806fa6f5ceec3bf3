//! One line of the table.

use anyhow::{Context, Result};
use mesos_sdk::proto::v1;
use mesos_sdk::resources::{Ranges, Resources, Scalar};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// A case, by the names of its fields.
pub(super) struct Case(Json);

impl Case {
    pub(super) fn read(line: &str) -> Result<Self> {
        serde_json::from_str(line).map(Self).with_context(|| format!("no JSON: {line}"))
    }

    pub(super) fn id(&self) -> Result<&str> {
        self.text("id")
    }

    pub(super) fn op(&self) -> Result<&str> {
        self.text("op")
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.0.get(field).is_some()
    }

    /// Returns whether a field is there and true.
    pub(super) fn flag(&self, field: &str) -> bool {
        self.0.get(field).and_then(Json::as_bool).unwrap_or_default()
    }

    pub(super) fn text(&self, field: &str) -> Result<&str> {
        self.0.get(field).and_then(Json::as_str).with_context(|| format!("no text {field:?}"))
    }

    /// Returns a field in whatever form `T` has in JSON.
    pub(super) fn field<T: DeserializeOwned>(&self, field: &str) -> Result<T> {
        let json = self.0.get(field).with_context(|| format!("no field {field:?}"))?;
        T::deserialize(json).with_context(|| format!("field {field:?}"))
    }

    pub(super) fn resources(&self, field: &str) -> Result<Resources> {
        self.field::<Vec<v1::Resource>>(field).map(Resources::from)
    }

    /// Returns the only resource of a field, as it stands.
    pub(super) fn resource(&self, field: &str) -> Result<v1::Resource> {
        let mut resources: Vec<v1::Resource> = self.field(field)?;
        let resource = resources.pop().with_context(|| format!("no resource in {field:?}"))?;
        anyhow::ensure!(resources.is_empty(), "more than one resource in {field:?}");
        Ok(resource)
    }

    pub(super) fn ranges(&self, field: &str) -> Result<Ranges> {
        self.field::<Vec<v1::value::Range>>(field).map(Ranges::from)
    }

    pub(super) fn scalar(&self, field: &str) -> Result<Scalar> {
        self.field::<f64>(field).map(Scalar::new)
    }

    /// Returns a list of `[name, value]`.
    pub(super) fn amounts<T: FromIterator<(String, Scalar)>>(&self, field: &str) -> Result<T> {
        let amounts: Vec<(String, f64)> = self.field(field)?;
        Ok(amounts.into_iter().map(|(name, value)| (name, Scalar::new(value))).collect())
    }
}
