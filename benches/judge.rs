//! What one judgement costs: analysis of a line, and policy's answer to it.

use std::collections::BTreeSet;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use holdpoint::command::{Context, analyse};
use holdpoint::model::{Certainty, Digest, Place, Principal, Wall};
use holdpoint::policy::{Channel, Circumstances, Deed, Policy};

fn lines(c: &mut Criterion) {
    for (name, line) in [
        ("harmless", "ls -la /var/log | grep nginx"),
        ("destructive", "sudo rm -rf ./victim"),
        ("nested", "ssh db-1 \"sudo sh -c 'find /srv -name x -exec rm -rf {} +'\""),
        ("hidden", "echo cm0gLXJmIC9zcnY= | base64 -d | bash"),
        ("sql", "psql -c 'select 1; delete from users where id = 5' prod"),
    ] {
        c.bench_function(&format!("analyse/{name}"), |b| b.iter(|| analyse(black_box(line), &Context::PROMPT)));
    }
}

fn judgements(c: &mut Criterion) {
    let Ok(policy) = Policy::builtin() else { return };
    let who = Principal {
        user: "engineer".to_owned(),
        roles: BTreeSet::from(["engineer".to_owned()]),
        source: "192.0.2.7".parse().ok(),
        fingerprint: "SHA256:x".to_owned(),
    };
    let place = Place {
        target: "box".to_owned(),
        login: "root".to_owned(),
        labels: [("env".to_owned(), "production".to_owned())].into(),
    };
    let circumstances = Circumstances { now: Wall(1_795_262_671_000_000), channel: Channel::Shell };
    for (name, line) in [("allow", "ls -la"), ("hold", "rm -rf ./victim")] {
        let effects = analyse(line, &Context::PROMPT).effects;
        let deed =
            Deed { effects: &effects, certainty: Certainty::Exact, digest: &Digest([0; 32]), uncommitted: false };
        c.bench_function(&format!("run/{name}"), |b| {
            b.iter(|| policy.run(&who, &place, black_box(&deed), &circumstances))
        });
    }
}

criterion_group!(benches, lines, judgements);
criterion_main!(benches);
