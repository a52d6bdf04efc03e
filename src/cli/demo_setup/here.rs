//! The target `here`: a confined shell on this machine, with something in its home to lose.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::{DemoError, Places, io_at, quoted};
use crate::cli::local_shell::{Account, confine};
use crate::target::local::Launch;

/// A confined shell that was tried out, and how it is confined.
#[derive(Debug)]
pub(super) struct Here {
    pub(super) launch: Launch,
    pub(super) says: &'static str,
}

impl Here {
    pub(super) fn config_text(&self) -> String {
        format!(
            "\n[[target]]\nname = \"here\"\nkind = \"local\"\nshell = {}\nhome = {}\nrun_as = \"{user}\"\nlogin = \"{user}\"\n\
             labels = {{ env = \"demo\" }}\n",
            quoted(&self.launch.shell),
            quoted(&self.launch.home),
            user = self.launch.user,
        )
    }
}

pub(super) fn prepare(places: &Places, program: &Path) -> Result<Here, String> {
    let account = Account::for_shell("nobody")?;
    let home = home(places, &account).map_err(|error| error.to_string())?;
    let shell = ["/bin/bash", "/bin/sh"].map(Path::new).into_iter().find(|shell| shell.exists());
    let shell = shell.ok_or("there is neither /bin/bash nor /bin/sh")?;
    let secret = [places.keys.as_path(), places.recordings.as_path(), places.run.as_path()];
    let (launch, says) = confine(program, shell, &home, &account, &secret)?;
    Ok(Here { launch, says })
}

/// The home: one for each checkout and user, kept from start to start, with a folder that may be destroyed and a file of
/// invented personal data.
fn home(places: &Places, account: &Account) -> Result<PathBuf, DemoError> {
    let base = Path::new("/var/tmp");
    let base = if base.is_dir() { base.to_owned() } else { std::env::temp_dir() };
    // Two checkouts get two homes. The name is no secret and proves nothing, so no cryptographic digest is needed.
    let tag =
        places.keys.as_os_str().as_encoded_bytes().iter().fold(5381u32, |h, &b| h.wrapping_mul(33) ^ u32::from(b));
    let home = base.join(format!("holdpoint-here-{}-{tag:08x}", account.uid));
    match fs::DirBuilder::new().mode(0o700).create(&home) {
        Ok(()) => std::os::unix::fs::chown(&home, Some(account.uid), Some(account.gid)).map_err(io_at(&home))?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(io_at(&home)(error)),
    }
    // The folder above is everybody's: what is found there may be somebody else's.
    let found = fs::symlink_metadata(&home).map_err(io_at(&home))?;
    if !found.is_dir() || found.uid() != account.uid || found.permissions().mode() & 0o077 != 0 {
        let error = std::io::Error::other("it is not the folder that an earlier demo made: move it away");
        return Err(io_at(&home)(error));
    }
    furnish(&home, account);
    Ok(home)
}

/// Things to try the demo on. They are the shell's own, who may have changed them: nothing is followed or overwritten, and
/// what cannot be made is left out.
fn furnish(home: &Path, account: &Account) {
    let own = |path: &Path| std::os::unix::fs::lchown(path, Some(account.uid), Some(account.gid));
    let victim = home.join("victim");
    if fs::create_dir(&victim).is_ok() {
        let file = victim.join("precious.txt");
        let _ = fs::write(&file, "gone if you get approval for `rm -rf ./victim`\n").and_then(|()| own(&file));
        let _ = own(&victim);
    }
    let customers = home.join("customers.csv");
    if fs::symlink_metadata(&customers).is_err() {
        let _ = fs::write(&customers, CUSTOMERS).and_then(|()| own(&customers));
    }
}

/// Invented: example domains, a card number that issuers publish for tests, a social security number that was never given.
const CUSTOMERS: &str = "name,email,card,ssn\n\
    Ada Example,ada@example.com,4111 1111 1111 1111,219-09-9999\n\
    Bob Example,bob@example.org,5555 5555 5555 4444,078-05-1120\n";
