//! `env:NAME`: the variable's bytes, nothing removed.

use super::World;
use crate::{
    error::{Error, Result},
    secret::Secret,
};

pub(super) fn read(name: &str, source: &str, world: &World<'_>) -> Result<Secret> {
    let value = (world.env)(name).ok_or_else(|| {
        Error::MissingKey(format!("{source} names the variable {name}, which is not set or empty; set it"))
    })?;
    Ok(Secret::new(value.as_encoded_bytes()))
}
