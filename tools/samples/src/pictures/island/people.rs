//! Where people live and how they get about: villages on flat ground by the shore or a river, joined by the roads that cost least to climb.

use super::land::Land;
use super::{HEIGHT, SCALE, WIDTH};
use crate::noise::Dice;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A village.
pub(super) struct Place {
    /// Its middle, in pixels.
    pub at: (f32, f32),
    /// Its name.
    pub name: &'static str,
    /// 1 for a hamlet, up to 3 for a town.
    pub size: u32,
}

/// A way from village to village, in pixels.
pub(super) type Road = Vec<(f32, f32)>;

const NAMES: [&str; 34] = [
    "PORT ORIGIN",
    "LEMMA",
    "TANGENT",
    "ECHO",
    "UPPER BOUND",
    "LOWER BOUND",
    "CARDINAL",
    "EPSILON",
    "FIXED POINT",
    "QUOTIENT",
    "SADDLE",
    "MODULUS",
    "ASYMPTOTE",
    "PARITY",
    "RADIX",
    "CHORD",
    "GREAT VERTEX",
    "LITTLE VERTEX",
    "HALTING",
    "APOTHEM",
    "ORBIT",
    "KERNEL",
    "SECANT",
    "CUSP",
    "ARCMINUTE",
    "DELTA",
    "NORM",
    "COSET",
    "FOLIUM",
    "IDEAL",
    "RESIDUE",
    "BRANCH",
    "TORUS",
    "MEDIAN",
];

/// Picks places by chance and keeps those where one would build.
pub(super) fn settle(land: &Land) -> Vec<Place> {
    let mut dice = Dice::new(321);
    let mut sites = Vec::new();
    for _ in 0..24_000 {
        let at = (
            dice.between(260.0, WIDTH as f32 - 260.0),
            dice.between(260.0, HEIGHT as f32 - 260.0),
        );
        let height = land.height(at.0, at.1);
        if !(3.0..520.0).contains(&height) {
            continue;
        }
        let (sx, sy) = land.slope(at.0, at.1);
        let inland = -land.offshore(at.0, at.1);
        let harbour = (-inland / 260.0).exp();
        let around = (0..16).map(|i| {
            let (sin, cos) = (i as f32 * 0.4).sin_cos();
            let near = if i % 2 == 0 { 26.0 } else { 52.0 };
            land.terrain.drainage[land.cell(at.0 + near * cos, at.1 + near * sin)]
        });
        let river = (around.fold(0.0, f32::max) / 4.0e6).min(1.0);
        let worth = 1.6 * harbour + 1.3 * river - 9.0 * sx.hypot(sy) - height / 420.0
            + dice.between(0.0, 0.3);
        if inland > 60.0 {
            sites.push((worth, at));
        }
    }
    sites.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut places: Vec<Place> = Vec::new();
    for (_, at) in sites {
        let apart = |other: &Place| (at.0 - other.at.0).hypot(at.1 - other.at.1) > 330.0;
        if places.len() < NAMES.len() && places.iter().all(apart) {
            let rank = places.len();
            let size = if rank < 3 {
                3
            } else if rank < 13 {
                2
            } else {
                1
            };
            places.push(Place {
                at,
                name: NAMES[rank],
                size,
            });
        }
    }
    places
}

/// One cell of the roads' grid is this many pixels wide.
const STEP: usize = 8;
const COLUMNS: usize = WIDTH / STEP;
const ROWS: usize = HEIGHT / STEP;

/// The roads: each village in turn is joined to what is joined already, and every third one to a second neighbour.
pub(super) fn roads(land: &Land, places: &[Place]) -> Vec<Road> {
    let heights: Vec<f32> = (0..COLUMNS * ROWS)
        .map(|i| land.height(((i % COLUMNS) * STEP) as f32, ((i / COLUMNS) * STEP) as f32))
        .collect();
    let cell =
        |at: (f32, f32)| (at.1 / STEP as f32) as usize * COLUMNS + (at.0 / STEP as f32) as usize;
    let mut built = vec![false; heights.len()];
    let mut joined = vec![false; places.len()];
    let mut roads = Vec::new();
    for start in 0..places.len() {
        if joined[start] {
            continue;
        }
        // A village no road has reached yet begins a network of its own, which grows while there is a way.
        joined[start] = true;
        built[cell(places[start].at)] = true;
        loop {
            let goals: Vec<usize> = (0..places.len())
                .filter(|&i| !joined[i])
                .map(|i| cell(places[i].at))
                .collect();
            let sources: Vec<usize> = (0..places.len())
                .filter(|&i| joined[i])
                .map(|i| cell(places[i].at))
                .collect();
            let Some(path) = cheapest(&heights, &built, &sources, &goals) else {
                break;
            };
            for &step in &path {
                built[step] = true;
            }
            for (i, place) in places.iter().enumerate() {
                if path.contains(&cell(place.at)) {
                    joined[i] = true;
                }
            }
            roads.push(smooth(&path));
        }
    }
    for (i, place) in places.iter().enumerate().step_by(3) {
        let mut others: Vec<&Place> = places
            .iter()
            .enumerate()
            .filter(|(j, _)| *j != i)
            .map(|(_, other)| other)
            .collect();
        let far = |other: &Place| (other.at.0 - place.at.0).hypot(other.at.1 - place.at.1);
        others.sort_by(|a, b| far(a).total_cmp(&far(b)));
        if let Some(path) = others
            .get(1)
            .and_then(|other| cheapest(&heights, &built, &[cell(place.at)], &[cell(other.at)]))
        {
            for &step in &path {
                built[step] = true;
            }
            roads.push(smooth(&path));
        }
    }
    roads
}

/// The cheapest way from any of `sources` to the first of `goals` (Dijkstra 1959). Climbing costs with the square of the slope; a road that is there
/// already costs little; the sea cannot be crossed.
fn cheapest(
    heights: &[f32],
    built: &[bool],
    sources: &[usize],
    goals: &[usize],
) -> Option<Vec<usize>> {
    const MOVES: [(i32, i32); 16] = [
        (1, 0),
        (-1, 0),
        (0, 1),
        (0, -1),
        (1, 1),
        (1, -1),
        (-1, 1),
        (-1, -1),
        (2, 1),
        (2, -1),
        (-2, 1),
        (-2, -1),
        (1, 2),
        (1, -2),
        (-1, 2),
        (-1, -2),
    ];
    let mut cost = vec![f32::INFINITY; heights.len()];
    let mut from = vec![usize::MAX; heights.len()];
    let mut queue = BinaryHeap::new();
    for &source in sources {
        cost[source] = 0.0;
        queue.push(Reverse((0_u32, source)));
    }
    while let Some(Reverse((bits, here))) = queue.pop() {
        if f32::from_bits(bits) > cost[here] {
            continue;
        }
        if goals.contains(&here) {
            let mut path = vec![here];
            while from[path[path.len() - 1]] != usize::MAX {
                path.push(from[path[path.len() - 1]]);
            }
            return Some(path);
        }
        let (x, y) = ((here % COLUMNS) as i32, (here / COLUMNS) as i32);
        for (dx, dy) in MOVES {
            let (nx, ny) = (x + dx, y + dy);
            if nx < 0 || ny < 0 || nx >= COLUMNS as i32 || ny >= ROWS as i32 {
                continue;
            }
            let there = ny as usize * COLUMNS + nx as usize;
            let middle = (y + dy / 2) as usize * COLUMNS + (x + dx / 2) as usize;
            if heights[there] < 2.5 || heights[middle] < 2.5 {
                continue;
            }
            let run = (dx as f32).hypot(dy as f32) * STEP as f32 * SCALE;
            let slope = (heights[there] - heights[here]) / run;
            let price = run
                * (1.0 + (slope * 13.0).powi(2))
                * if built[there] && built[here] {
                    0.25
                } else {
                    1.0
                };
            if cost[here] + price < cost[there] {
                cost[there] = cost[here] + price;
                from[there] = here;
                queue.push(Reverse((cost[there].to_bits(), there)));
            }
        }
    }
    None
}

fn smooth(path: &[usize]) -> Road {
    let mut road: Road = path
        .iter()
        .map(|&i| (((i % COLUMNS) * STEP) as f32, ((i / COLUMNS) * STEP) as f32))
        .collect();
    for _ in 0..3 {
        let before = road.clone();
        for i in 1..road.len().saturating_sub(1) {
            let mean = |a: f32, b: f32, c: f32| (a + 2.0 * b + c) / 4.0;
            road[i] = (
                mean(before[i - 1].0, before[i].0, before[i + 1].0),
                mean(before[i - 1].1, before[i].1, before[i + 1].1),
            );
        }
    }
    road
}
