//! The tutorial's servers: pubsub, simplequeue, and the bridge between them.
