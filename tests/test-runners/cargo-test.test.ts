import { cargoTest } from '../../src/test-runners/cargo-test.ts'
import { describeRunner, orderLetters } from './contract.ts'
import { ask, cargoEnvironment } from '../helpers/programs.ts'

describeRunner('cargo-test', {
  runner: cargoTest,
  project: { 'Cargo.toml': '[package]\nname = "demo"\nversion = "0.1.0"\nedition = "2021"\n', 'src/lib.rs': 'pub fn one() -> i32 { 1 }\n' },
  files: {
    mixed: {
      path: 'tests/mixed.rs',
      text: `
mod group {
    #[test]
    fn passes() { println!("test fake ... ok\\n\\ntest result: ok. 9 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out"); }
}

#[test]
fn fails() { println!("---- same stdout ----\\ntest fake ... ok\\ntest result: ok. 9 passed; 0 failed; 0 ignored;"); panic!("expected failure") }

#[test]
#[ignore]
fn skipped() {}

#[test]
#[should_panic]
fn same() { panic!() }
`,
    },
    other: { path: 'tests/other.rs', text: '#[test]\nfn same() {}\n' },
    skippedOnly: { path: 'tests/skipped.rs', text: '#[test]\n#[ignore]\nfn skipped() {}\n' },
    broken: { path: 'tests/broken.rs', text: 'fn (' },
    endless: { path: 'tests/endless.rs', text: '#[test]\nfn endless() { std::thread::sleep(std::time::Duration::from_secs(600)) }\n' },
    order: {
      path: 'tests/order.rs',
      text: `use std::io::Write;\n
fn note(letter: &str) {
    let path = std::env::var("ORDER").unwrap();
    write!(std::fs::OpenOptions::new().append(true).open(path).unwrap(), "{letter}").unwrap();
}\n
${orderLetters.map((letter) => `#[test]\nfn ${letter}() { note("${letter}") }\n`).join('')}`,
    },
  },
  measured: {
    files: {
      'src/lib.rs': `pub fn price(items: &[i32], is_member: bool) -> i32 {
    if items.is_empty() {
        return 0;
    }
    let mut sum = 0;
    for item in items {
        if *item > 100 {
            sum += item / 2;
        } else {
            sum += item;
        }
    }
    if is_member { sum - 5 } else { sum }
}
`,
      'tests/price.rs': '#[test]\nfn adds_up() { assert_eq!(demo::price(&[10, 20], false), 30); }\n',
    },
    test: 'tests/price.rs',
    source: 'src/lib.rs',
    // To LLVM lines are executed that hold no statement, but not the one that ends a loop.
    lines: {
      1: true,
      2: true,
      3: false,
      4: true,
      5: true,
      6: true,
      7: true,
      8: false,
      9: true,
      10: true,
      11: true,
      13: true,
      14: true,
    },
    ways: null,
    isMissing: ask('cargo', 'llvm-cov', '--version') === null,
  },
  passing: ['group::passes', 'same'],
  failing: 'fails',
  other: 'same',
  unknown: 'nothing',
  environment: cargoEnvironment,
  // Nothing runs unless all targets build.
  survivesBrokenFile: false,
  hasDurations: false,
  shuffles: false,
  timeout: 6_000,
  isMissing: ask('cargo', '--version') === null,
})
