"""Show it: charts (one definition for every output), a self-contained HTML file, the terminal. No arithmetic: a number shown came in.

Everything here reads one dict, the `check` answer (the same as `stargauge check --json`), with numbers in the unit the entry names:

    language, texts_language, untranslated [text], input_names {input: text}
    programme {id, name, about}, as_of, newest_evidence, draws, seed, seconds, version, inputs_sha256, headline, deck
    said_record_expected [{what, said, said_note, record, record_note, grade, outcome, outcome_note, expected_label, expected_note,
                           unit, p10, p50, p90, why}]
    dispute [{order, claim, speaker, said, says, reading, then {text}, now {text, status}, record {text, grade}, capture}]
    claims [{id, speaker, author {name, kind, same_as [url]}, said, says, status, sentence, source, capture, ours [text],
             readings [reading]}]
    reading {name, title, expression, sentence, probability, model_range [low, high], likelihood, status, missing, why,
             margin {p10, p50, p90, unit, text}, drivers [{input, share, says}], then {probability, likelihood, text}, record {text, grade}}
    quantities {address: {unit, months, p10, p25, p50, p75, p90}}     one value per month
    lines {capacity | money: line, jobs: jobs}
    line {title, sub, text, why, series [{address, role: announced | fan | step, hue, label, note}], ladder [{stage, unit, p50, p90, text}],
          signed [{label, unit, p50, note, grade}]}
    jobs {title, sub, text, why, claim {value, label}, rows [{label, says, address, hue, unit, p10, p50, p90, stated [{value, text}]}]}
    lineage {address: node}
    node {address, date, label, says, sentence, formula, leaves_out, unit, p10, p50, p90, value, kind, share, note, hindsight,
          statements [..], needs [node]}
    statements [{path, value, unit, as_of, published, source, status, grade, note, capture}]
    sources {id: {publisher, title, date, url, grade}}
    captures {id: {text, cited_by, target, captured, state, checks, found, user_supplied}}
    hindsight [{name, calibrated_to}], assumptions [{name, value, reason}], looked_for [text], attribution [text], supposed [text],
    reproduce [command]

What is left out is not shown; nothing is made up in its place.
"""
