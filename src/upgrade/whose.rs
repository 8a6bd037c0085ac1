//! Whose a file beside the binary is. In a folder that many may write in, somebody else may have put one
//! there under a name of ours.

use super::place::Place;
use std::{
    fs::{self, File, Metadata, OpenOptions},
    io,
    path::Path,
};

/// Opens what stands at a name itself: through no link, and without waiting for a pipe's other end.
pub fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        let flags = i32::try_from(flags).map_err(io::Error::other)?;
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags);
    }
    options.open(path)
}

/// A plain file with one name: to write to it changes no other.
pub fn is_alone(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    let alone = std::os::unix::fs::MetadataExt::nlink(metadata) == 1;
    #[cfg(not(unix))]
    let alone = true;
    metadata.is_file() && alone
}

/// Whether it belongs to the user that this process acts as.
#[cfg(unix)]
pub fn is_mine(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(metadata) == rustix::process::geteuid().as_raw()
}

/// Whether it belongs to the user that this process acts as.
#[cfg(not(unix))]
pub fn is_mine(_: &Metadata) -> bool {
    true
}

/// Whether it is ours, or of the owner of the running binary, who is trusted by running that.
pub fn is_known(metadata: &Metadata, place: &Place) -> bool {
    is_mine(metadata) || fs::metadata(&place.binary).is_ok_and(|binary| same_owner(metadata, &binary))
}

#[cfg(unix)]
fn same_owner(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    one.uid() == other.uid()
}

#[cfg(not(unix))]
fn same_owner(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Whether its group or everybody may write to it.
#[cfg(unix)]
pub fn is_open(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(metadata) & 0o022 != 0
}

/// Whether its group or everybody may write to it.
#[cfg(not(unix))]
pub fn is_open(_: &Metadata) -> bool {
    false
}
