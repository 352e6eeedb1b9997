//! The `workshop` command as a student uses it: what it prints, leaves behind, and returns.

mod anew;
mod around;
mod chain;
mod checking;
mod clicks;
mod corpus;
mod doctor;
mod errors;
mod full_disk;
mod graphing;
mod interrupted;
mod judge;
mod killed;
mod languages;
mod live;
mod logs;
mod packages;
mod pipeline;
mod predictions;
mod publishing;
mod record;
mod redis;
mod running;
mod secret;
pub mod student;
mod suspended;
mod watching;
