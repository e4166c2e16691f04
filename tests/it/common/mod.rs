//! What several tests share.

pub(crate) mod by_name;
pub(crate) mod closeness;
pub(crate) mod energy_landscape;
pub(crate) mod gas;
pub(crate) mod lags;
pub(crate) mod liquid;
pub(crate) mod numbers;
pub(crate) mod oracle;
pub(crate) mod program;
pub(crate) mod shipped;
pub(crate) mod synthetic;
pub(crate) mod walk;
