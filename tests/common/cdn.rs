//! A scripted CDN on loopback that answers as told and keeps what it was asked.
