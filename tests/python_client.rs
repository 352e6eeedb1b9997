//! The Python client library, by its own tests, against a real queue and a real pubsub.
