//! Prints what protox has found in proto/.
//!
//! Usage: show PROTO_FOLDER

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use prost_reflect::{DescriptorPool, DynamicMessage};
use protox::Compiler;

fn find_protos(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find_protos(&path, found)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            found.push(path);
        }
    }
    Ok(())
}

/// The value of an option of ours or Google's, which must be there.
fn extension(pool: &DescriptorPool, options: &DynamicMessage, name: &str) -> prost_reflect::Value {
    let extension = pool.get_extension_by_name(name).expect(name);
    assert!(options.has_extension(&extension), "{name} is missing");
    options.get_extension(&extension).into_owned()
}

fn message(value: prost_reflect::Value) -> DynamicMessage {
    value.as_message().expect("a message").clone()
}

/// A field's text; `-` when it is empty.
fn text(message: &DynamicMessage, field: &str) -> String {
    let value = message.get_field_by_name(field).expect(field);
    let text = value.as_str().expect("a string");
    if text.is_empty() {
        "-".to_owned()
    } else {
        text.to_owned()
    }
}

fn texts(message: &DynamicMessage, field: &str) -> String {
    let value = message.get_field_by_name(field).expect(field);
    let texts: Vec<&str> = value
        .as_list()
        .expect("a list")
        .iter()
        .filter_map(|text| text.as_str())
        .collect();
    texts.join(" ")
}

fn messages(message: &DynamicMessage, field: &str) -> Vec<DynamicMessage> {
    let value = message.get_field_by_name(field).expect(field);
    value
        .as_list()
        .expect("a list")
        .iter()
        .filter_map(|item| item.as_message())
        .cloned()
        .collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("usage: show PROTO_FOLDER")?);
    let mut files = Vec::new();
    find_protos(&folder, &mut files)?;
    let mut compiler = Compiler::new([&folder])?;
    compiler.open_files(files)?;
    let pool = compiler.descriptor_pool();

    let service = pool
        .get_service_by_name("extend.v1.SplitRunService")
        .ok_or("no service")?;
    let cancel = service
        .methods()
        .find(|method| method.name() == "CancelSplitRun")
        .ok_or("no CancelSplitRun")?;
    let options = cancel.options();
    let http = message(extension(&pool, &options, "google.api.http"));
    let idempotency = cancel
        .method_descriptor_proto()
        .options
        .as_ref()
        .ok_or("no options")?
        .idempotency_level();
    println!(
        "CancelSplitRun: POST {}, {}",
        text(&http, "post"),
        idempotency.as_str_name()
    );
    let reconcile = message(extension(&pool, &options, "gateway.v1.reconcile"));
    println!(
        "reconciled by GET {}: done is {}, finished are {}",
        text(&reconcile, "get"),
        text(&reconcile, "done"),
        texts(&reconcile, "finished")
    );
    println!(
        "takes {}, returns {}",
        cancel.input().name(),
        cancel.output().name()
    );

    let run = pool
        .get_message_by_name("extend.v1.SplitRun")
        .ok_or("no SplitRun")?;
    let status = run.get_field_by_name("status").ok_or("no status")?;
    let kind = status.kind();
    let kind = kind.as_enum().ok_or("status is no enum")?;
    println!(
        "SplitRun.status: field {}, {}",
        status.number(),
        kind.name()
    );
    let sort_by = pool
        .get_enum_by_name("extend.v1.SortBy")
        .ok_or("no SortBy")?;
    let created_at = sort_by
        .get_value_by_name("SORT_BY_CREATED_AT")
        .ok_or("no SORT_BY_CREATED_AT")?;
    let json_name = extension(&pool, &created_at.options(), "gateway.v1.json_name");
    println!(
        "SORT_BY_CREATED_AT is {} in JSON",
        json_name.as_str().ok_or("json_name is no text")?
    );

    let upstream = message(extension(&pool, &service.options(), "gateway.v1.upstream"));
    println!("base URL {}", text(&upstream, "base_url"));
    for region in messages(&upstream, "regions") {
        println!(
            "region {}: {}",
            text(&region, "name"),
            text(&region, "base_url")
        );
    }
    for header in messages(&upstream, "headers") {
        println!(
            "header {}: {}",
            text(&header, "name"),
            text(&header, "value")
        );
    }
    println!("returned headers {}", texts(&upstream, "returned_headers"));
    Ok(())
}
