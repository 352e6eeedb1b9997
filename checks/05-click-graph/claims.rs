//! The claims about the graph, judged from the record.

use super::super::never_asked::NeverAsked;
use super::super::{Claim, ClaimHead, Outcome, Verdict, ending, whole_server};
use super::causes::Cause;
use super::graph::Graph;
use super::mistakes::Mistake;
use super::trace::Trace;
use super::{differences, gather, mistakes, top};
use crate::arena::{Contents, Ending, History, LostUpdate, RedisContents};

/// Judges the claim `head`; `None` where the record has nothing to do with it.
pub fn judge(head: &ClaimHead, history: &History) -> Option<Claim> {
    let scenario = match head.id {
        "graph-exact" => gather::CLICKS,
        "skips-heartbeats" => gather::HEARTBEATS,
        "graph-race-free" => gather::FOUR_READERS,
        "undirected" => gather::UNDIRECTED,
        "analysis" => gather::TOP,
        _ => return None,
    };
    let scenario = history.scenario(scenario);
    // An extra program that is not there.
    scenario.events().next()?;
    let duration = scenario.duration_ms();
    let trace = Trace::of(scenario);
    let outcome = match &trace.untried {
        Some(problem) => Outcome::could_not_tell(Cause::NotStarted(problem.clone())).decisive(),
        None => ending::excess(&trace.scenario).unwrap_or_else(|| match head.id {
            "analysis" => top::judge(&trace),
            claim => graph(claim, &trace),
        }),
    };
    Some(head.judged(whole_server::explained(outcome, &trace.scenario), duration))
}

/// Whether the graph in Redis is the one that the clicks make.
fn graph(claim: &str, trace: &Trace) -> Outcome {
    let Some(contents) = trace.contents else {
        return Outcome::could_not_tell(Cause::NoContents);
    };
    if !contents.complete {
        return Outcome::could_not_tell(Cause::TooMuch);
    }
    let yours = Graph::in_redis(contents);
    let truth = truth(claim, trace, &yours);
    if yours == truth {
        return match right(claim, trace, &truth) {
            outcome if outcome.verdict == Verdict::Fail && ending::stood_still(&trace.scenario) => {
                Outcome::could_not_tell(ending::STANDSTILL)
            }
            outcome => outcome,
        };
    }
    let outcome = wrong(claim, trace, contents, &yours, &truth);
    // Counts that are off may be the machine's fault. Edges that no click has made are the program's, and so is a graph
    // in another place, or one that a known mistake makes to the last edge.
    if !yours.has_the_edges_of(&truth)
        || known(claim, trace, &yours).is_some()
        || other_type(contents, &truth).is_some()
        || elsewhere(trace, &yours).is_some()
    {
        return outcome;
    }
    if ending::stood_still(&trace.scenario) {
        return Outcome::could_not_tell(ending::STANDSTILL);
    }
    if trace.killed {
        return Outcome::could_not_tell(Cause::Killed);
    }
    if trace.ending == Some(Ending::OutOfTime) && yours.is_part_of(&truth) {
        return Outcome::could_not_tell(Cause::TooSlow {
            taken: trace.taken,
            published: trace.messages.len(),
        });
    }
    outcome
}

/// The true graph. Undirected, a page that leads to itself may be counted once or twice: whichever is nearer.
fn truth(claim: &str, trace: &Trace, yours: &Graph) -> Graph {
    if claim != "undirected" {
        return Graph::directed(&trace.messages);
    }
    let [once, twice] = [1.0, 2.0].map(|to_itself| Graph::undirected(&trace.messages, to_itself));
    let distance = |truth: &Graph| differences::differences(yours, truth).len();
    if distance(&twice) < distance(&once) {
        twice
    } else {
        once
    }
}

/// What is to be said of a program whose graph is right.
fn right(claim: &str, trace: &Trace, truth: &Graph) -> Outcome {
    let end = || trace.end.clone();
    if trace.end.status.is_some() {
        return Outcome::fail(Cause::EndedOfItself(end())).decisive();
    }
    if trace.messages.is_empty() {
        return Outcome::fail(Cause::NeverAsked(NeverAsked::Queue(end()))).decisive();
    }
    if let Some(message) = trace.failed_on.clone() {
        return Outcome::fail(Cause::FailedOn { message, end: end() });
    }
    if let Some(message) = trace.put_back.clone() {
        return Outcome::fail(Cause::PutBack { message, end: end() });
    }
    if claim == "graph-race-free" && trace.takers < 2 {
        return Outcome::could_not_tell(Cause::OneReaderAlone);
    }
    Outcome::pass(format!(
        "{} edges, from {} messages",
        truth.len(),
        trace.messages.len()
    ))
}

/// Why the graph is wrong: what stopped the program comes before what it did.
fn wrong(claim: &str, trace: &Trace, contents: &RedisContents, yours: &Graph, truth: &Graph) -> Outcome {
    let end = || trace.end.clone();
    let beside = |outcome: Outcome| outcome.with(in_short(truth), in_short(yours));
    if trace.commands == 0 && trace.end.names_the_port_of_redis() {
        return Outcome::fail(Cause::NeverAsked(NeverAsked::Redis(end()))).decisive();
    }
    if trace.messages.is_empty() || !trace.connected {
        let never_asked = if trace.commands > 0 {
            NeverAsked::Queue
        } else {
            NeverAsked::Either
        };
        return Outcome::fail(Cause::NeverAsked(never_asked(end()))).decisive();
    }
    if trace.end.status.is_some() {
        return beside(Outcome::fail(Cause::EndedOfItself(end())).decisive());
    }
    if let Some(message) = trace.failed_on.clone() {
        return beside(Outcome::fail(Cause::FailedOn { message, end: end() }));
    }
    if let Some(message) = trace.put_back.clone() {
        return beside(Outcome::fail(Cause::PutBack { message, end: end() }));
    }
    if trace.commands == 0 {
        return Outcome::fail(Cause::NeverAsked(NeverAsked::Redis(end()))).decisive();
    }
    if trace.taken < trace.messages.len() {
        return beside(Outcome::fail(Cause::LeftSome {
            taken: trace.taken,
            published: trace.messages.len(),
            end: end(),
        }));
    }
    if let Some(database) = elsewhere(trace, yours) {
        return beside(Outcome::fail(Cause::OtherDatabase(database)).decisive());
    }
    if let Some((key, name)) = other_type(contents, truth) {
        return beside(Outcome::fail(Cause::OtherType { key, name }).decisive());
    }
    let differences = differences::in_words(yours, truth);
    if let Some(mistake) = known(claim, trace, yours) {
        return beside(Outcome::fail(Cause::Known { mistake, differences }));
    }
    let cause = if claim == "graph-race-free" {
        Cause::Lost {
            differences,
            lost: lost_update(trace, yours, truth),
        }
    } else {
        Cause::Differs {
            differences,
            refused: trace.refused.clone(),
            end: end(),
        }
    };
    beside(Outcome::fail(cause))
}

/// The commands that lost an update of the edge that is off the most.
fn lost_update(trace: &Trace, yours: &Graph, truth: &Graph) -> Option<LostUpdate> {
    let worst = differences::differences(yours, truth).into_iter().next()?;
    let (from, to) = worst.edge;
    LostUpdate::find(&trace.scenario, 1, &from, Some(&to))
}

/// The other database that it wrote to, where nothing stands in the right one.
fn elsewhere(trace: &Trace, yours: &Graph) -> Option<u32> {
    trace.other_database.filter(|_| yours.len() == 0)
}

/// The mistake that makes exactly this graph.
fn known(claim: &str, trace: &Trace, yours: &Graph) -> Option<Mistake> {
    mistakes::recognise(&trace.messages, yours, claim == "undirected")
}

/// The node with the heaviest edge of those that are there, but not as zsets.
fn other_type(contents: &RedisContents, truth: &Graph) -> Option<(String, &'static str)> {
    let mut edges: Vec<_> = truth.edges().collect();
    edges.sort_by(|a, b| b.1.total_cmp(&a.1));
    edges.into_iter().find_map(|((from, _), _)| {
        let name = match contents.keys.get(from)? {
            Contents::Zset(_) => return None,
            Contents::Hash(_) => "hash",
            Contents::String(_) => "string",
            Contents::List(_) => "list",
            Contents::Set(_) => "set",
            Contents::Other(_) => "key of another type",
        };
        Some((from.clone(), name))
    })
}

fn in_short(graph: &Graph) -> String {
    format!("{} edges with a weight of {} in all", graph.len(), graph.total())
}
