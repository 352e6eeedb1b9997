//! A client of the page that writes its requests as it likes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::commands::student::{DEADLINE, Student};

/// What the page answered.
pub struct Reply {
    pub status: u16,
    /// Name (in lower case) and value of each header.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name)?;
        Some(&found.1)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Where the page of `student`'s live workshop listens.
pub fn address(student: &Student) -> String {
    student.live()["page"].as_str().unwrap().to_owned()
}

/// Sends a request; the connection closes after it.
pub fn request(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut reader = begin(address, method, path, headers, body);
    let (status, headers) = head(&mut reader);
    let mut body = Vec::new();
    reader.read_to_end(&mut body).unwrap();
    Reply {
        status,
        headers,
        body,
    }
}

/// Gets `path` as a browser would that was told the address.
pub fn get(address: &str, path: &str) -> Reply {
    request(address, "GET", path, &[("host", address)], b"")
}

/// The token that the page at `path` was given.
pub fn token(address: &str, path: &str) -> String {
    let page = get(address, path).text();
    let (_, rest) = page.split_once("name=\"token\" content=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// Posts a form as the page itself does.
pub fn post(address: &str, path: &str, token: &str, body: &str) -> Reply {
    let origin = format!("http://{address}");
    let headers = [
        ("host", address),
        ("origin", origin.as_str()),
        ("x-workshop-token", token),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    request(address, "POST", path, &headers, body.as_bytes())
}

/// Sends a request and leaves the connection open.
pub fn begin(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    // A server that has refused may close before it has read everything.
    let _ = stream.write_all(body);
    BufReader::new(stream)
}

/// Reads the head of a reply.
pub fn head(reader: &mut impl BufRead) -> (u16, Vec<(String, String)>) {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let status = line.split(' ').nth(1).unwrap().parse().unwrap();
    let mut headers = Vec::new();
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.to_owned())),
            None => return (status, headers),
        }
    }
}
