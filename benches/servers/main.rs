//! How fast the servers are, beside a bare hyper server and, where they are installed, Redis and the originals.
//!
//! Every server runs in a process of its own. The rates are those of one load on one thread, so they say as much
//! about the machine as about the server; the processor time that the server itself took for one operation says more,
//! and hardly changes when the machine is busy with other things. docs/servers.md has a table and how to repeat it.
#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on should stop where it stands"
)]

mod hello;
mod load;
mod measured;
mod redis;

use std::time::Duration;

use measured::{Measurement, Server, table};

/// Messages of this many bytes, as in the contract's table.
const BYTES: usize = 100;
const CONNECTIONS: usize = 16;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == hello::ARGUMENT) {
        return hello::serve();
    }
    // `cargo bench` passes options of its own; `cargo test --benches` passes none and wants to be done soon.
    let scale = if arguments.iter().any(|argument| argument == "--bench") {
        1
    } else {
        100
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut rows = runtime.block_on(measure(scale));
    rows.extend(redis::measure(200_000 / scale));
    print!("{}", table(&rows));
}

async fn measure(scale: usize) -> Vec<Measurement> {
    let mut rows = Vec::new();
    let hello = Server::start(&std::env::current_exe().unwrap(), &[hello::ARGUMENT]);
    let count = 200_000 / scale;
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    rows.push(
        hello
            .measured(
                "hyper, hello world",
                count,
                load::requests(hello.address, CONNECTIONS, count, request),
            )
            .await,
    );
    drop(hello);

    let queue = Server::start(env!("CARGO_BIN_EXE_simplequeue").as_ref(), &["--port=0"]);
    let put = format!(
        "POST /put HTTP/1.1\r\nHost: localhost\r\nContent-Length: {BYTES}\r\n\r\n{}",
        "m".repeat(BYTES)
    );
    rows.push(
        queue
            .measured(
                "simplequeue, put",
                count,
                load::requests(queue.address, CONNECTIONS, count, &put),
            )
            .await,
    );
    let get = "GET /get HTTP/1.1\r\nHost: localhost\r\n\r\n";
    rows.push(
        queue
            .measured(
                "simplequeue, get",
                count,
                load::requests(queue.address, CONNECTIONS, count, get),
            )
            .await,
    );
    drop(queue);

    for (subscribers, messages, batch) in [
        (50, 20_000, 1),
        (50, 200_000, 100),
        (1, 400_000, 100),
        (500, 20_000, 10),
        (1, 20_000, 1),
    ] {
        let messages = (messages / scale).max(batch);
        let pubsub = Server::start(env!("CARGO_BIN_EXE_pubsub").as_ref(), &["--port=0"]);
        let name = format!("pubsub, {subscribers} subscribers, {batch} a POST");
        let readers = load::Readers::connect(pubsub.address, subscribers).await;
        let delivering = readers.deliver(pubsub.address, messages, batch, BYTES);
        rows.push(pubsub.measured(&name, subscribers * messages, delivering).await);
    }
    rows.push(bridge(300_000 / scale).await);
    rows
}

/// The processor time is the bridge's own; the pubsub and the queue have theirs.
async fn bridge(messages: usize) -> Measurement {
    let pubsub = Server::start(env!("CARGO_BIN_EXE_pubsub").as_ref(), &["--port=0"]);
    let queue = Server::start(env!("CARGO_BIN_EXE_simplequeue").as_ref(), &["--port=0"]);
    let source = format!("--pubsub-url=http://{}/sub?multipart=0", pubsub.address);
    let destination = format!("--destination-get-url=http://{}/put?data=%s", queue.address);
    let bridge = Server::start_silent(
        env!("CARGO_BIN_EXE_ps_to_http").as_ref(),
        &[&source, &destination],
    );
    load::wait_for(pubsub.address, "Active connections:", 1, Duration::from_secs(10)).await;
    let crossing = async {
        load::publish(pubsub.address, messages, 100, BYTES).await;
        load::wait_for(queue.address, "depth:", messages, Duration::from_secs(120)).await;
    };
    bridge
        .measured("ps_to_http, one GET destination", messages, crossing)
        .await
}
