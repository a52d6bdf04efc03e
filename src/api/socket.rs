//! The socket's place in the file system.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

/// Why the socket could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Somebody answers there.
    #[error("a bastion already serves {}: stop it first, or give this one another control socket", .0.display())]
    Taken(PathBuf),
    /// There is something that is no socket.
    #[error("{} is in the way: it is not a socket; move it, or choose another path for the control socket", .0.display())]
    NotASocket(PathBuf),
    /// Others may enter the directory.
    #[error("{path} is open to others: the control socket needs a directory of its own; run chmod 700 {path}", path = .0.display())]
    OpenToOthers(PathBuf),
    /// It belongs to somebody else.
    #[error("{} belongs to another user: choose a directory of your own for the control socket", .0.display())]
    NotOurs(PathBuf),
    /// The system said no.
    #[error("cannot make the control socket {}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// Listens at that path; makes its directory (0700) if it is missing, and removes a socket that nobody answers at.
pub(super) async fn listen(path: &Path) -> Result<UnixListener, SocketError> {
    let fault = |source| SocketError::Io { path: path.to_owned(), source };
    private_directory(&parent(path))?;
    match fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => return Err(SocketError::NotASocket(path.to_owned())),
        Ok(_) => match connect(path).await {
            Ok(_) => return Err(SocketError::Taken(path.to_owned())),
            Err(e) if e.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path).map_err(fault)?,
            Err(e) => return Err(fault(e)),
        },
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => return Err(fault(e)),
    }
    let short = Short::of(path).map_err(fault)?;
    // Until its mode is set the directory's 0700 keeps others out.
    let listener = UnixListener::bind(&short.path).map_err(fault)?;
    fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(fault)?;
    Ok(listener)
}

/// Connects to the socket at that path.
pub(super) async fn connect(path: &Path) -> io::Result<UnixStream> {
    let short = Short::of(path)?;
    UnixStream::connect(&short.path).await
}

fn private_directory(dir: &Path) -> Result<(), SocketError> {
    let fault = |source| SocketError::Io { path: dir.to_owned(), source };
    if let Some(above) = dir.parent().filter(|above| !above.as_os_str().is_empty()) {
        fs::create_dir_all(above).map_err(fault)?;
    }
    match DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
        Err(e) => return Err(fault(e)),
    }
    let found = fs::metadata(dir).map_err(fault)?;
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(SocketError::NotOurs(dir.to_owned()));
    }
    if found.mode() & 0o077 != 0 {
        return Err(SocketError::OpenToOthers(dir.to_owned()));
    }
    Ok(())
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// A path that fits into `sun_path` (unix(7): 108 bytes with the end mark). A longer one goes by way of its directory's descriptor, which Linux
/// shows in `/proc/self/fd`; it must stay open while the path is used.
struct Short {
    path: PathBuf,
    _dir: Option<File>,
}

impl Short {
    fn of(path: &Path) -> io::Result<Self> {
        if path.as_os_str().len() <= LONGEST {
            return Ok(Self { path: path.to_owned(), _dir: None });
        }
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let dir = File::open(parent(path))?;
        let path = Path::new("/proc/self/fd").join(dir.as_raw_fd().to_string()).join(name);
        Ok(Self { path, _dir: Some(dir) })
    }
}

/// Longest path that is used as it is: some systems have 104 bytes instead of 108.
const LONGEST: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_path_longer_than_the_system_allows_works() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("d".repeat(100)).join("e".repeat(100)).join("control.sock");
        let listener = listen(&path).await.unwrap();
        let (client, server) = tokio::join!(connect(&path), listener.accept());
        assert!(client.is_ok() && server.is_ok());
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().mode() & 0o777, 0o700);
    }

    #[tokio::test]
    async fn a_socket_is_removed_only_when_nobody_answers() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run/control.sock");
        let first = listen(&path).await.unwrap();
        assert!(matches!(listen(&path).await, Err(SocketError::Taken(_))));
        drop(first);
        assert!(path.exists(), "a listener that is killed leaves its socket behind");
        assert!(listen(&path).await.is_ok());
    }

    #[tokio::test]
    async fn a_file_in_the_way_is_left_alone_and_an_open_directory_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run/control.sock");
        private_directory(&parent(&path)).unwrap();
        fs::write(&path, "precious").unwrap();
        assert!(matches!(listen(&path).await, Err(SocketError::NotASocket(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
        fs::set_permissions(parent(&path), Permissions::from_mode(0o755)).unwrap();
        assert!(matches!(listen(&path).await, Err(SocketError::OpenToOthers(_))));
    }
}
