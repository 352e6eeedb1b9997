//! A server of the workshop's own.

use std::net::TcpStream;

use workshop::services::redis::{Port, Server, StartError};

use super::{ask, connect, guard, installation};
use crate::commands::student::wait_for;

fn is_gone(server: std::net::SocketAddr) -> bool {
    TcpStream::connect(server).is_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_this_machines_alone_and_keeps_nothing() {
    let server = Server::start(&installation().await, Port::Free, &guard())
        .await
        .unwrap();
    assert!(server.address().ip().is_loopback() && server.note().is_none());
    let mut connection = connect(&format!("redis://{}/1", server.address()));
    ask::<()>(&mut connection, &["SET", "n", "41"]).unwrap();
    assert_eq!(ask::<i64>(&mut connection, &["INCR", "n"]).unwrap(), 42);
    for (setting, value) in [
        ("save", ""),
        ("appendonly", "no"),
        ("bind", "127.0.0.1"),
        ("maxmemory", "268435456"),
        ("maxmemory-policy", "noeviction"),
        ("databases", "16"),
    ] {
        let said: Vec<String> = ask(&mut connection, &["CONFIG", "GET", setting]).unwrap();
        assert_eq!(said, [setting, value]);
    }
    // There is no folder in which it could leave anything, and not being able to save does not stop it.
    ask::<()>(&mut connection, &["SAVE"]).unwrap_err();
    ask::<()>(&mut connection, &["SET", "n", "1"]).unwrap();

    let address = server.address();
    server.stop().await;
    assert!(is_gone(address));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_server_is_gone_and_one_that_is_killed_is_noticed() {
    let (installation, guard) = (installation().await, guard());
    let server = Server::start(&installation, Port::Free, &guard).await.unwrap();
    let address = server.address();
    drop(server);
    wait_for("a dropped server to be gone", || is_gone(address).then_some(()));

    let mut server = Server::start(&installation, Port::Free, &guard).await.unwrap();
    let pid = nix::unistd::Pid::from_raw(i32::try_from(server.pid()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
    assert_eq!(server.ended().await.to_string(), "killed by signal 9 (SIGKILL)");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_somebody_elses_on_the_wanted_port_is_left_alone() {
    let (installation, guard) = (installation().await, guard());
    let theirs = Server::start(&installation, Port::Free, &guard).await.unwrap();
    let port = theirs.address().port();
    let mut connection = connect(&format!("redis://{}/1", theirs.address()));
    ask::<()>(&mut connection, &["SET", "precious", "data"]).unwrap();

    let ours = Server::start(&installation, Port::Wanted(port), &guard)
        .await
        .unwrap();
    assert_ne!(ours.address().port(), port);
    let note = ours.note().unwrap().to_owned();
    assert!(
        note.starts_with(&format!("port {port} is taken"))
            && note.contains(&ours.address().port().to_string()),
        "{note}"
    );
    let mut other = connect(&format!("redis://{}/1", ours.address()));
    assert_eq!(ask::<i64>(&mut other, &["DBSIZE"]).unwrap(), 0);
    ask::<()>(&mut other, &["FLUSHALL"]).unwrap();

    let error = Server::start(&installation, Port::Exactly(port), &guard)
        .await
        .unwrap_err();
    assert!(matches!(error, StartError::Ended { .. }), "{error}");
    assert!(error.to_string().contains(&port.to_string()), "{error}");
    assert_eq!(
        ask::<String>(&mut connection, &["GET", "precious"]).unwrap(),
        "data"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_servers_at_once_each_get_a_port_of_their_own() {
    let (installation, guard) = (installation().await, guard());
    let starts = (0..8).map(|_| Server::start(&installation, Port::Free, &guard));
    let servers = futures_util::future::try_join_all(starts).await.unwrap();
    let mut ports: Vec<u16> = servers.iter().map(|server| server.address().port()).collect();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), 8);
}
