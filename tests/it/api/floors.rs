//! Imports run down: no file of `src` imports from a floor above its own, and no two import each
//! other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// From the roof to the ground, as docs/design.md draws them. A folder imports from floors below
/// its own and from itself.
const FLOORS: [&[&str]; 13] = [
    &["error"],
    &["io", "plot", "mpi"],
    &["online", "thermo"],
    &["energy", "spectrum", "structure"],
    &["relaxation"],
    &["kernels", "lag_sums"],
    &["series", "trajectory"],
    &["replicas"],
    &["curve"],
    &["stats"],
    &["lag", "threads"],
    &["sampling", "units", "dimensions"],
    &["real"],
];

/// A module by its path below the crate: `["stats", "estimate"]`.
type Module = Vec<String>;

/// Modules with their code, without comments and without unit tests.
type House = BTreeMap<Module, String>;

fn house(root: &Path) -> House {
    let mut house = House::new();
    let mut folders = vec![(root.to_path_buf(), Module::new())];
    while let Some((folder, module)) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let mut inside = module.clone();
            if path.is_dir() {
                inside.push(name);
                folders.push((path, inside));
            } else if name != "tests" && name != "lib" {
                if name != "mod" {
                    inside.push(name);
                }
                house.insert(inside, code(&fs::read_to_string(&path).unwrap()));
            }
        }
    }
    house
}

fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The paths that a `use` tree or a path expression names, each as its segments.
fn paths(tree: &str) -> Vec<Vec<String>> {
    let tree = tree.trim_start();
    if let Some(inside) = tree.strip_prefix('{') {
        let (mut depth, mut start, mut found) = (0, 0, Vec::new());
        for (at, symbol) in inside.char_indices() {
            match symbol {
                '{' => depth += 1,
                ',' if depth == 0 => {
                    found.extend(paths(&inside[start..at]));
                    start = at + 1;
                }
                '}' if depth == 0 => {
                    found.extend(paths(&inside[start..at]));
                    break;
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
        return found;
    }
    let end = tree
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(tree.len());
    if end == 0 {
        return Vec::new();
    }
    let (name, rest) = tree.split_at(end);
    let below = rest.strip_prefix("::").map(paths).unwrap_or_default();
    if below.is_empty() {
        return vec![vec![name.to_owned()]];
    }
    let with_name = |path: Vec<String>| [vec![name.to_owned()], path].concat();
    below.into_iter().map(with_name).collect()
}

/// Where `word` begins a path.
fn begins<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    text.match_indices(word).map(|(start, _)| start).filter(|&start| {
        let before = text[..start].chars().next_back();
        !before.is_some_and(|c| c == ':' || c == '_' || c.is_alphanumeric())
    })
}

/// The modules that define what a module names by `crate::`, by `super::`, or by the name of a file
/// in its folder. The crate's root has the empty path.
fn imports(house: &House, from: &Module) -> BTreeSet<Module> {
    let text = &house[from];
    let mut found = BTreeSet::new();
    let files = house
        .keys()
        .filter(|to| to.len() == from.len() + 1 && to.starts_with(from));
    for file in files {
        let path = format!("{}::", file[from.len()]);
        for start in begins(text, &path) {
            // What a folder's face hands on is not its own import.
            let line = text[..start].rsplit('\n').next().unwrap_or_default();
            if line.starts_with("pub") && line.ends_with(" use ") {
                continue;
            }
            for path in paths(&text[start..]) {
                found.insert(defined(house, from.clone(), &path));
            }
        }
    }
    let words = ["crate::", "super::"].into_iter();
    for (start, word) in words.flat_map(|word| begins(text, word).map(move |start| (start, word))) {
        let mut base = Module::new();
        let mut rest = &text[start..];
        if word == "super::" {
            base.clone_from(from);
            // A file's `super` is the folder it lies in; that of a folder's face is the folder
            // above.
            while let Some(after) = rest.strip_prefix("super::") {
                base.pop();
                rest = after;
            }
        } else {
            rest = &rest[word.len()..];
        }
        for path in paths(rest) {
            found.insert(defined(house, base.clone(), &path));
        }
    }
    found.remove(from);
    found
}

/// Follows a path from a module, through what folders hand on from their files.
fn defined(house: &House, mut module: Module, path: &[String]) -> Module {
    for (at, name) in path.iter().enumerate() {
        let deeper = [module.clone(), vec![name.clone()]].concat();
        let is_folder = house.keys().any(|other| other.starts_with(&deeper));
        if house.contains_key(&deeper) || is_folder {
            module = deeper;
            continue;
        }
        let Some(text) = house.get(&module) else { break };
        for (start, _) in text.match_indices("use ") {
            let tree = &text[start + 4..];
            for handed in paths(tree) {
                let child = [module.clone(), handed[..1].to_vec()].concat();
                if handed.last() == Some(name) && house.contains_key(&child) && handed.len() > 1 {
                    return defined(house, child, &path[at..]);
                }
            }
        }
        break;
    }
    module
}

fn floor(module: &Module) -> usize {
    let place = FLOORS
        .iter()
        .position(|floor| floor.contains(&module[0].as_str()));
    place.unwrap_or_else(|| panic!("src/{} stands on no floor", module[0]))
}

fn upward(house: &House) -> Vec<String> {
    let mut found = Vec::new();
    for from in house.keys().filter(|module| !module.is_empty()) {
        for to in imports(house, from) {
            if to.is_empty() {
                found.push(format!("{} imports from the crate's root", from.join("/")));
            } else if to[0] != from[0] && floor(&to) <= floor(from) {
                found.push(format!("{} imports {}", from.join("/"), to.join("/")));
            }
        }
    }
    found
}

fn circles(house: &House) -> Vec<String> {
    let arrows: BTreeMap<&Module, BTreeSet<Module>> = house
        .keys()
        .map(|module| (module, imports(house, module)))
        .collect();
    let reaches = |from: &Module, to: &Module| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(module) = open.pop() {
            for next in arrows.get(module).into_iter().flatten() {
                if next == to {
                    return true;
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    };
    let looped = house.keys().filter(|module| reaches(module, module));
    looped.map(|module| module.join("/")).collect()
}

#[test]
fn no_file_imports_from_a_floor_above_and_none_in_a_circle() {
    let house = house(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
    assert!(house.len() > 50, "{} files", house.len());
    let arrows: usize = house.keys().map(|module| imports(&house, module).len()).sum();
    assert!(arrows > 300, "{arrows} imports were read");
    let (upward, circles) = (upward(&house), circles(&house));
    assert!(upward.is_empty(), "imports that run up:\n{}", upward.join("\n"));
    assert!(circles.is_empty(), "files in a circle:\n{}", circles.join("\n"));
}

#[test]
fn an_upward_import_and_a_circle_are_seen() {
    let built = |files: &[(&str, &str)]| -> House {
        let module = |path: &str| path.split('/').map(str::to_owned).collect();
        files
            .iter()
            .map(|(path, text)| (module(path), code(text)))
            .collect()
    };
    let sound = [
        ("stats", "mod estimate;\npub use estimate::{Estimate, Kind};"),
        ("stats/estimate", "use crate::real::Real;\npub struct Estimate;"),
        ("real", "pub trait Real {}"),
        ("curve", "use crate::stats::{Estimate, estimate::Kind};"),
    ];
    assert_eq!(
        (upward(&built(&sound)), circles(&built(&sound))),
        (vec![], vec![])
    );

    let mut root = sound;
    root[3].1 = "use crate::Estimate;";
    assert_eq!(upward(&built(&root)), ["curve imports from the crate's root"]);

    let mut up = sound;
    up[1].1 = "// use crate::thermo::Scan;\nfn f(c: crate::curve::Curve) {}";
    assert_eq!(upward(&built(&up)), ["stats/estimate imports curve"]);

    let mut circle = sound.to_vec();
    circle.push(("stats/blocks", "use super::Estimate;"));
    circle[1].1 = "use super::{\n    blocks::Sums,\n};";
    assert_eq!(circles(&built(&circle)), ["stats/blocks", "stats/estimate"]);

    let mut face = sound;
    face[0].1 = "mod estimate;\nuse estimate::Estimate;\npub struct Kind(Estimate);";
    face[1].1 = "use super::Kind;";
    assert_eq!(circles(&built(&face)), ["stats", "stats/estimate"]);
    face[0].1 = "mod estimate;\npub struct Kind;\nfn f() { estimate::g() }";
    assert_eq!(circles(&built(&face)), ["stats", "stats/estimate"]);

    let tests_only = [(
        "real",
        "pub trait Real {}\n#[cfg(test)]\nmod tests {\n    use crate::stats::Estimate;\n}",
    )];
    assert!(upward(&built(&[&sound[..], &tests_only].concat())).is_empty());
}
