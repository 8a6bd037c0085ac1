fn main() {
    let _ = stratos::commands::cli();
}
