#!/usr/bin/env python3
"""Mints URLs through Spark's `pipe` on a local cluster, and holds every line of the result to its path.

    mint.py [--count N] [--partitions N] [--cores N] [--stratos FILE]

Exit code 0: order kept within every partition, every bad line an empty one in its place, each sampled signature
the same as Python's hmac. 1: something of that does not hold. See README.md for the three lines that it takes.
"""

import argparse
import hashlib
import hmac
import itertools
import os
import sys
import tempfile
import time
from urllib.parse import quote

from pyspark.sql import SparkSession

SECRET = "stratos-secret-0123456789"
EXPIRES = 4102444800
CDN = "https://cdn.example"
BAD_EVERY = 700_001
SAMPLE_EVERY = 997
NAMES = ["clip", "média", "日本語", "🎬 a+b&c=d", "100%~(1)*!"]


def path(number):
    """The line of that number; every so often one that is neither path nor URL."""
    if number % BAD_EVERY == 7:
        return f"no path {number}"
    return f"/v/{NAMES[number % len(NAMES)]}/{number}.mp4"


def numbers(partition, partitions, count):
    return range(partition * count // partitions, (partition + 1) * count // partitions)


def utf16(text):
    return len(text.encode("utf-16-le")) // 2


def signature(line):
    """What CloudCDN's length-prefixed form signs, written down a second time."""
    expires = str(EXPIRES)
    text = f"{utf16(line)}:{line}|{len(expires)}:{expires}"
    return hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()


def judge(number, minted):
    """What came out for a number: the name of a counter."""
    line = path(number)
    if not line.startswith("/"):
        return "bad" if minted == "" else "wrong"
    # The binary escapes as encodeURIComponent does.
    escaped = quote(line, safe="-_.!~*'()")
    head = f"{CDN}/api/signed?path={escaped}&expires={EXPIRES}&sig="
    if minted is None or not minted.startswith(head) or len(minted) != len(head) + 64:
        return "wrong"
    if number % SAMPLE_EVERY:
        return "minted"
    return "sampled" if minted[len(head) :] == signature(line) else "wrong"


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    stratos = os.path.join(here, "../../../target/release/stratos")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=5_000_000)
    parser.add_argument("--partitions", type=int, default=16)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--stratos", default=os.path.normpath(stratos))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as reports:
        context = local_cluster(options.cores, reports)
        try:
            return run(context, options, reports)
        finally:
            context.stop()


def local_cluster(cores, folder):
    builder = SparkSession.builder.master(f"local[{cores}]").appName("stratos")
    for name, value in {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": folder,
    }.items():
        builder = builder.config(name, value)
    context = builder.getOrCreate().sparkContext
    context.setLogLevel("OFF")
    return context


def run(context, options, reports):
    count, partitions = options.count, options.partitions
    command = f"{options.stratos} signed - --keep-blank --expires {EXPIRES} --cdn-url {CDN}"
    environment = {"SIGNED_URL_SECRET": SECRET}
    # Beside the links: each process leaves its exit code and what it said on stderr. 65 means that lines were bad.
    wrapped = (
        f"sh -c '{command} 2>{reports}/$$.stderr; code=$?; echo $code >{reports}/$$.code; "
        "[ $code = 65 ] || exit $code'"
    )

    def lines(partition):
        return (path(number) for number in numbers(partition, partitions, count))

    def check(partition, minted):
        counts = {}
        for number, url in itertools.zip_longest(numbers(partition, partitions, count), minted):
            found = judge(number, url) if number is not None else "wrong"
            counts[found] = counts.get(found, 0) + 1
        yield counts

    def count_only(minted):
        yield sum(1 for _ in minted)

    paths = context.parallelize(range(partitions), partitions).flatMap(lines)
    began = time.monotonic()
    links = paths.pipe(wrapped, env=environment, checkCode=True).mapPartitions(count_only).sum()
    seconds = time.monotonic() - began
    print(f"minted {links} lines in {seconds:.1f} s on {options.cores} cores: {links / seconds:,.0f}/s", flush=True)

    began = time.monotonic()
    checked = paths.pipe(wrapped, env=environment, checkCode=True).mapPartitionsWithIndex(check).collect()
    total = {}
    for name, number in (item for counts in checked for item in counts.items()):
        total[name] = total.get(name, 0) + number
    print(f"minted again and checked in {time.monotonic() - began:.1f} s: {total}", flush=True)

    bad = sum(1 for number in range(count) if not path(number).startswith("/"))
    holds = {
        "lines": links == count,
        "order": total.get("wrong", 0) == 0 and sum(total.values()) == count,
        "bad lines": total.get("bad", 0) == bad,
        "signatures": total.get("sampled", 0) > 0,
        "exit codes": codes_hold(reports, partitions, count),
        "bad lines without --keep-blank": lost(context, command, environment) == ["/a", "/c"],
        "checkCode": fails(context, command, environment),
    }
    for name, holding in holds.items():
        print(f"{name}: {'holds' if holding else 'DOES NOT HOLD'}")
    return 0 if all(holds.values()) else 1


def codes_hold(reports, partitions, count):
    """Each job ran every partition once: 65 and a summary where a line was bad, 0 and silence elsewhere."""
    spoilt = sum(
        any(not path(number).startswith("/") for number in numbers(partition, partitions, count))
        for partition in range(partitions)
    )
    files = sorted(name for name in os.listdir(reports) if name.endswith(".code"))
    codes = [read(reports, name).strip() for name in files]
    said = [read(reports, name.replace(".code", ".stderr")) for name in files]
    summaries = [text.strip().splitlines()[-1] for text in said if text]
    print(f"exit codes of both jobs: {codes.count('0')} times 0, {codes.count('65')} times 65; "
          f"one said: {summaries[0] if summaries else 'nothing'}")
    told = all(bool(text) == (code == "65") for code, text in zip(codes, said))
    return told and codes.count("65") == 2 * spoilt and codes.count("0") == 2 * (partitions - spoilt)


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def lost(context, command, environment):
    """Without --keep-blank a bad line leaves nothing, and without checkCode nobody hears of it."""
    plain = "sh -c '" + command.replace(" --keep-blank", "") + " 2>/dev/null'"
    minted = context.parallelize(["/a", "b", "/c"], 1).pipe(plain, env=environment).collect()
    return [f"/{url.split('path=%2F')[1][0]}" for url in minted]


def fails(context, command, environment):
    """With checkCode a bad line fails the job."""
    try:
        quiet = f"sh -c '{command} 2>/dev/null'"
        context.parallelize(["/a", "b"], 1).pipe(quiet, env=environment, checkCode=True).count()
    except Exception as error:  # the worker's own, wrapped by the gateway between Python and Java
        return "PIPE_FUNCTION_EXITED" in str(error) and "65" in str(error)
    return False


if __name__ == "__main__":
    sys.exit(main())
