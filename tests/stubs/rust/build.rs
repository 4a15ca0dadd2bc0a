//! Generates the stubs; cancel_run.rs includes those of package extend.v1.

use std::io::Result;

fn main() -> Result<()> {
    let protos = "../../../proto";
    println!("cargo::rerun-if-changed={protos}");
    // google/protobuf comes from prost-types. No message uses google/api, which is for servers, and
    // cancel_run.rs has google/rpc from crates.
    tonic_prost_build::configure()
        .build_server(false)
        .compile_protos(&["extend/v1/split_run_service.proto"], &[protos])
}
