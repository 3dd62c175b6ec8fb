//! `serve`: an engine without a face, on a machine that stays when a laptop is closed.

use super::args::Serve;
use super::context::Context;
use super::session::{self, Material, Session};
use super::{Outcome, document, face, open, out};
use crate::command::present_words;
use crate::engine::{Listening, Present};

/// Runs the engine until a signal ends it; what is under way is recorded first.
pub(super) fn serve(context: &Context, args: &Serve) -> anyhow::Result<Outcome> {
    let session = begin(context, args)?;
    let served = match &session.listening {
        Ok(listening) => attend(&session, listening),
        Err(_) => Ok(()),
    };
    face::leave(context, &session);
    if let Err(why) = session.listening {
        return Err(why.into());
    }
    served.map(|()| Outcome::Good)
}

fn begin(context: &Context, args: &Serve) -> anyhow::Result<Session> {
    let inputs = args.input.clone();
    match (&args.open, &args.drill) {
        (Some(playbook), _) => {
            let playbook = document::playbook_text(playbook)?;
            session::open(context, Material::live(playbook, inputs))
        }
        (None, Some(scenario)) => session::open(context, open::drill_material(scenario, inputs)?),
        (None, None) => session::resume(context, &context.find(&args.which)?, None),
    }
}

/// Tells who comes and goes.
fn attend(session: &Session, listening: &Listening) -> anyhow::Result<()> {
    let ends = face::Ends::new()?;
    listening.own_left();
    let view = session.handle.view();
    let (mode, name) = (view.state.mode().word(), &session.resume_by);
    out::line(format!("{mode} {}: an engine without a face", session.codename))?;
    out::line(format!("Head of the record: {} (record {})", view.head.spoken(), view.head.seq))?;
    out::line(format!("To attach: stanch attach {name}"))?;
    out::line(format!("Listening on {}", listening.path().display()))?;
    let mut there: Vec<Present> = Vec::new();
    ends.wait(session, &mut |view| {
        let came = minus(&view.here, &there).into_iter().map(|one| (one, "attached"));
        let left = minus(&there, &view.here).into_iter().map(|one| (one, "left"));
        for (one, what) in came.chain(left) {
            // The terminal may be gone; the engine is not there for it.
            let _ = out::line(format!("{} {what}", present_words(&one)));
        }
        there.clone_from(&view.here);
        false
    });
    Ok(())
}

/// Those of `all` that are not in `others`, each as often as it is more often there.
fn minus(all: &[Present], others: &[Present]) -> Vec<Present> {
    let mut rest = others.to_vec();
    let mut more = Vec::new();
    for one in all {
        match rest.iter().position(|other| other == one) {
            Some(at) => drop(rest.remove(at)),
            None => more.push(one.clone()),
        }
    }
    more
}
