"""The mutations of the safety rules in `lambdas/` and `infra/`, each with the search that finds it.

It is over 200 lines: each mutation names its place, and the list is one thing.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """One change: `before` becomes `after` in a file. `search`: options of `make simulate` that find it."""

    name: str
    file: str
    before: str
    after: str
    search: str = "--cases full --parts singles --what throttle"


def _singles(case: str, states: str = "", what: str = "throttle") -> str:
    return f"--cases {case} --parts singles --what {what}" + (f" --states {states}" if states else "")


MUTATIONS: tuple[Mutation, ...] = (
    # --- swaps
    Mutation(
        "swap without a look",
        "lambdas/stages/swap_traffic.py",
        "    if pair.live == target:",
        "    if pair.live == target and False:",
        _singles("full", "SwapToGreen SwapToBlue", "kill_after twice error_after"),
    ),
    Mutation(
        "swap without the mark",
        "lambdas/swaps.py",
        "    if seconds < SWAP_SECONDS:",
        "    if seconds < 0:",
        "--cases full --parts incident-pairs --states SwapToGreen --what reset_after --then stale/60",
    ),
    Mutation(
        "swap onto a blue that changed",
        "lambdas/stages/swap_traffic.py",
        "        _require_as_tested(pair, deployment, visit, beanstalk)\n",
        "        pass\n",
        _singles("full approval", "AwaitApproval SwapToBlue VerifyRelease", "deploy/blue"),
    ),
    Mutation(
        "a no goes on as a yes",
        "infra/approval.py",
        '    return state.add_catch(failure_branch, errors=["States.ALL"], outputs=APPROVAL_FAILURE)',
        '    return state.add_catch(approved, errors=["States.ALL"], outputs=APPROVED)',
        _singles("approval", "WatchApproval", "reject"),
    ),
    # --- waiting
    Mutation("no drain", "lambdas/stages/drain_blue.py", "    if seconds > 0:", "    if seconds > 1e9:"),
    Mutation(
        "drain from the start of the swap",
        "lambdas/stages/await_traffic.py",
        "deployment.drained(since=visit.present())",
        "deployment.drained(since=visit.now.replace(year=2020))",
    ),
    Mutation(
        "drain from the begin of a look",
        "lambdas/stages/await_traffic.py",
        "deployment.drained(since=visit.present())",
        "deployment.drained(since=visit.now)",
        _singles("shared", "AwaitGreenLive", "slow"),
    ),
    Mutation(
        "no watch",
        "lambdas/stages/watch_release.py",
        "    if visit.seconds < seconds:",
        "    if visit.seconds < 0:",
    ),
    Mutation(
        "watches that see nothing",
        "lambdas/failing.py",
        "    if environment.healthy(deployment.accepted_health):",
        "    if environment.healthy(deployment.accepted_health) or True:",
        _singles("full", "AwaitBlueLive WatchRelease", "sick/blue"),
    ),
    Mutation(
        "nobody watches green",
        "lambdas/serving_green.py",
        "    if pair.live != green or green.healthy(deployment.accepted_health):",
        "    if True:",
        _singles("full", "AwaitGreenLive DrainBlue", "sick/green"),
    ),
    Mutation(
        "a new version is not awaited",
        "lambdas/stages/await_release.py",
        "    return await_release(deployment, visit, beanstalk)",
        "    return deployment",
    ),
    Mutation(
        "green is not awaited",
        "lambdas/stages/await_green.py",
        "    return await_green(deployment, visit, beanstalk)",
        "    return deployment",
    ),
    Mutation(
        "the end of green is not awaited",
        "lambdas/stages/await_termination.py",
        '    if green is not None and green.status != "Terminated":',
        "    if False:",
    ),
    # --- tests
    Mutation(
        "no test of blue",
        "lambdas/stages/verify_release.py",
        "        if answers := failed_answers(test, url):",
        "        if answers := failed_answers(test, url) and []:",
        _singles("fails-test"),
    ),
    # --- what serves is left alone
    Mutation(
        "deploy where users are",
        "lambdas/pair.py",
        "    if pair.live.id == environment.id:",
        "    if False:",
        "--cases full --parts singles --what slow/swap swap abort_redrive",
    ),
    Mutation(
        "green is removed while blue is sick",
        "lambdas/stages/terminate_green.py",
        "    require_blue_fit(found, deployment, visit, beanstalk)\n",
        "",
        "--cases full --parts two-incidents --states TerminateGreen --what sick/blue --then managed/green",
    ),
    # --- failure branch
    Mutation(
        "any operation on blue is a deployment",
        "lambdas/recovery.py",
        "(log.last_deployment or log.last_operation)",
        "log.last_operation",
        "--cases full --parts two-incidents --states DrainBlue --what managed/blue --then sick/green",
    ),
    Mutation(
        "users are not brought back",
        "lambdas/recovery.py",
        "    if target != pair.live_role:",
        "    if False:",
        _singles("full", "WatchRelease DrainBlue", "sick/blue sick/green"),
    ),
    Mutation(
        "the worse one serves",
        "lambdas/serving.py",
        "quality(there) > quality(here)",
        "quality(there) < quality(here)",
        _singles("full", "WatchRelease DrainBlue VerifyRelease", "sick/blue sick/green"),
    ),
    Mutation(
        "a redrive fails again",
        "lambdas/stages/hold_for_redrive.py",
        "    if redrives > failure.redrives:",
        "    if False:",
        _singles("full", "DeployRelease", "fail/update"),
    ),
    # --- one release at a time
    Mutation(
        "two releases at a time",
        "lambdas/checks.py",
        "        not holder.running,\n",
        "        True,\n",
        _singles("full", "DrainBlue DeployRelease AwaitRelease", "second/same second/other"),
    ),
    # --- clean up
    Mutation(
        "the configuration stays",
        "lambdas/clone.py",
        "    if description is not None and is_own(description):",
        "    if False:",
    ),
    # --- faults of calls
    Mutation(
        "throttling ends a release",
        "lambdas/aws/errors.py",
        '    "Throttling",\n',
        "",
    ),
    # --- the machine
    Mutation(
        "a killed function ends a release",
        "infra/stage_tasks.py",
        '    "Runtime.ExitError",\n',
        "",
        _singles("full", "Plan SwapToGreen", "kill_after"),
    ),
    Mutation(
        "no retry of faults",
        "infra/stage_tasks.py",
        "max_attempts=attempts,",
        "max_attempts=0,",
        _singles("full", "Plan CloneBlue", "kill_after error_after"),
    ),
    Mutation(
        "nobody is told",
        "infra/failure_branch.py",
        "    keep.next(who_tells)",
        "    keep.next(hold)",
        _singles("dies"),
    ),
    Mutation(
        "no Catch",
        "infra/workflow.py",
        'timeout=timeout, soon=soon)\n        state.add_catch(self._failure_branch, errors=["States.ALL"]',
        'timeout=timeout, soon=soon)\n        state.add_catch(self._failure_branch, errors=["States.Timeout"]',
        _singles("dies"),
    ),
    Mutation(
        "a deployment without a drain",
        "infra/workflow.py",
        ".next(to_green).next(await_green_live).next(drain)",
        ".next(to_green).next(await_green_live).next(deploy)",
    ),
    Mutation(
        "green goes before the watch",
        "infra/workflow.py",
        "before_blue.next(to_blue).next(await_blue_live).next(watch).next(terminate).next(await_termination)",
        "before_blue.next(to_blue).next(await_blue_live).next(terminate).next(watch).next(await_termination)",
    ),
    Mutation(
        "waiting ends a release",
        "infra/stage_tasks.py",
        "max_attempts=WAITING.attempts,",
        "max_attempts=1,",
    ),
    Mutation(
        "the test is left out",
        "infra/workflow.py",
        ".next(await_release).next(test).next(how_far)",
        ".next(await_release).next(how_far)",
    ),
    Mutation(
        "the failure branch knows no deployment",
        "infra/jsonata_expressions.py",
        'CAUGHT_FAILURE: dict[str, Any] = {"deployment": f"{{% {DEPLOYMENT} %}}",',
        'CAUGHT_FAILURE: dict[str, Any] = {"deployment": "{% null %}",',
        _singles("full", "WatchRelease", "sick/blue"),
    ),
    Mutation(
        "no Catch at the bake",
        "infra/bake.py",
        '    return state.add_catch(failure_branch, errors=["States.ALL"], outputs=BAKE_FAILURE)',
        "    return state",
        _singles("full", "WatchRelease", "sick/blue"),
    ),
    Mutation(
        "no swap back",
        "infra/workflow.py",
        "before_blue.next(to_blue).next(await_blue_live).next(watch)",
        "before_blue.next(watch)",
    ),
)
