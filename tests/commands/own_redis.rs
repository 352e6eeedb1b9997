//! A Redis of the student's own, with data in every kind of place: nothing that the workshop does changes it.

use std::collections::BTreeMap;

use workshop::services::redis::{Port, Server};

use super::redis::count_as_having_packages;
use super::student::{Student, text};
use crate::redis::{ask, connect, guard, installation};

/// As many databases as a Redis has where nothing else is said.
const DATABASES: u8 = 16;

/// Puts one key of each type into the databases that a workshop might take for its own, and into the last.
pub fn fill(address: &str) {
    for database in [0, 1, 2, DATABASES - 1] {
        let mut connection = connect(&format!("redis://{address}/{database}"));
        for command in [
            &["SET", "string", "precious"][..],
            &["RPUSH", "list", "b", "a"],
            &["SADD", "set", "one"],
            &["HSET", "hash", "field", "value"],
            &["ZADD", "direct", "830", "http://a.example/"],
            &["XADD", "stream", "1-1", "field", "value"],
        ] {
            ask::<redis::Value>(&mut connection, command).unwrap();
        }
    }
}

/// Each key of all databases, and its value as the server itself would write it to disk.
pub fn dump(address: &str) -> BTreeMap<(u8, String), Vec<u8>> {
    let mut all = BTreeMap::new();
    for database in 0..DATABASES {
        let mut connection = connect(&format!("redis://{address}/{database}"));
        let keys: Vec<String> = ask(&mut connection, &["KEYS", "*"]).unwrap();
        for key in keys {
            let value = ask(&mut connection, &["DUMP", &key]).unwrap();
            all.insert((database, key), value);
        }
    }
    all
}

/// How the workshop comes to know of the server.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Named {
    ByOption,
    ByVariable,
    NotAtAll,
}

async fn nothing_changes(named: Named, port: Port) {
    let theirs = Server::start(&installation().await, port, &guard())
        .await
        .unwrap();
    let address = theirs.address().to_string();
    fill(&address);
    let before = dump(&address);
    assert_eq!(before.len(), 4 * 6);

    let student = Student::started("1");
    count_as_having_packages(&student);
    let url = format!("redis://{address}/1");
    let mut start = student.command(["start", "4"]);
    match named {
        Named::ByOption => _ = start.args(["--redis-url", &url]),
        Named::ByVariable => _ = start.env("WORKSHOP_REDIS_URL", &url),
        Named::NotAtAll => {}
    }
    let started = start.output().unwrap();
    assert!(started.status.success(), "{}", text(&started.stderr));
    let used = student.live()["redis"]["url"].as_str() == Some(&url);
    assert_eq!(used, named != Named::NotAtAll, "{named:?}");

    student.says(["run", "--", "true"]);
    let checked = student.workshop(["check", "4", "--", "true"]);
    assert_eq!(checked.status.code(), Some(1), "{}", text(&checked.stderr));
    student.says(["status"]);
    student.says(["graph", "--redis-url", &url]);
    student.says(["stop"]);
    assert_eq!(dump(&address), before, "{named:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_a_redis_named_by_an_option_changes() {
    nothing_changes(Named::ByOption, Port::Free).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_a_redis_named_by_a_variable_changes() {
    nothing_changes(Named::ByVariable, Port::Free).await;
}

/// Where another test's server has the port at that moment, this one stands on the next free one.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_a_redis_on_the_port_that_the_workshop_wants_changes() {
    nothing_changes(Named::NotAtAll, Port::Wanted(workshop::services::redis::PORT)).await;
}
