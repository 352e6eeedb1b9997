//! A fresh world for one check, and the record of what happened in it.
