//! The real binary, killed and refused by the system at every call that it makes on its record, and
//! killed at random instants. More of these: `STANCH_KILLS=1000 cargo test --test kill`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![cfg(target_os = "linux")]

mod ledger;
mod stage;

use std::time::Duration;

use stage::{CALLS, Stage};

/// Runs `work` on two stages at once, for the odd and the even numbers, and adds up what they say.
fn in_two(report: usize, work: impl Fn(&Stage, usize) -> [u32; 4] + Sync) -> [u32; 4] {
    std::thread::scope(|scope| {
        let work = &work;
        let halves = [0, 1].map(|half| scope.spawn(move || work(&Stage::new(report), half)));
        halves.into_iter().fold([0; 4], |sum, half| {
            let part = half.join().unwrap();
            std::array::from_fn(|index| sum[index] + part[index])
        })
    })
}

#[test]
fn death_at_every_call_on_the_record() {
    let [points, torn, doubtful, sent] = in_two(100_000, |stage, half| {
        let mut tally = [0; 4];
        for call in CALLS.iter().skip(half).step_by(2) {
            for number in 1.. {
                let run = stage.run();
                let ended = run.inject(call, &format!("signal=SIGKILL:when={number}"));
                if !ended.injected {
                    break;
                }
                let judged = run.judge(&ended, false, &format!("killed at {call} {number}"));
                let worth = [true, judged.torn, judged.doubtful, judged.sent];
                for (sum, one) in tally.iter_mut().zip(worth) {
                    *sum += u32::from(one);
                }
            }
        }
        tally
    });
    println!("{points} points: {torn} torn ends, {doubtful} with doubts, {sent} had sent");
    assert!(points > 40 && doubtful > 2 && sent > 15);
}

#[test]
fn an_error_from_every_call_on_the_record() {
    let [points, loud, sent, _] = in_two(100, |stage, half| {
        let mut tally = [0; 4];
        let error = ["EIO", "ENOSPC"][half];
        for call in ["write", "fdatasync", "fsync", "openat"] {
            for number in 1..=200 {
                let run = stage.run();
                let ended = run.inject(call, &format!("error={error}:when={number}"));
                if !ended.injected {
                    break;
                }
                let what = format!("{error} from {call} {number}");
                let words = String::from_utf8_lossy(&ended.out.stdout).into_owned()
                    + &String::from_utf8_lossy(&ended.out.stderr);
                assert!(!words.contains("panicked"), "{what}: {words}");
                let judged = run.judge(&ended, call == "fdatasync", &what);
                // Every call that fails is told with the system's own words, but one: when there is
                // no room for a line, the ballast makes some. Then either nothing new may start,
                // and that is told; or the line was a result, which stands now, and with it the
                // whole walk: there is nothing to tell.
                let made_room = call == "write" && error == "ENOSPC";
                let loud = words.contains("os error")
                    || (made_room && words.contains("the disk is almost full"));
                // Where the incident is looked up once more, only to say by which name it is found
                // again, a failure leads to its directory instead.
                let done_without = call == "openat";
                assert!(loud || ((made_room || done_without) && judged.whole), "{what}: {words}");
                tally[0] += 1;
                tally[1] += u32::from(loud);
                tally[2] += u32::from(judged.sent);
            }
        }
        tally
    });
    println!("{points} errors, {loud} told, {sent} after something was sent");
    assert!(points > 40 && loud > 30);
}

#[test]
fn death_at_random_instants() {
    #[expect(clippy::disallowed_methods, reason = "how long a test runs is no configuration")]
    let kills = std::env::var("STANCH_KILLS").map_or(120, |kills| kills.parse().unwrap());
    let [killed, torn, doubtful, sent] = in_two(250_000, |stage, half| {
        let mut tally = [0; 4];
        let mut seed = 88_172_645_463_325_252_u64 + half as u64;
        let walk = u64::try_from(stage.run().measure().as_micros()).unwrap();
        for number in 0..kills / 2 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let run = stage.run();
            let ended = run.kill_after(Duration::from_micros(seed % walk));
            let judged = run.judge(&ended, false, &format!("random kill {number} of half {half}"));
            let worth = [ended.injected, judged.torn, judged.doubtful, judged.sent];
            for (sum, one) in tally.iter_mut().zip(worth) {
                *sum += u32::from(one);
            }
        }
        tally
    });
    println!("{killed} killed: {torn} torn ends, {doubtful} with doubts, {sent} had sent");
    assert!(killed > kills / 4 && sent > 10);
}
