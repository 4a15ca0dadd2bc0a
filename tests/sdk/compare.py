"""Compares Extend's SDK for a language with the gateway: their types, and what they make of the same
runs. Prints "passed: ..." or "FAILED: ..." for each step, with the fields that differ. Status 0 when it
came to its end, whatever differed.

Usage: compare.py LANGUAGE ADDRESS SIMULATOR_URL COMMAND...
  ADDRESS is that of the gateway in front of the simulator, COMMAND starts the SDK's program.
"""

import sys

from api_types import ApiTypes
from scenario import Scenario
from sides import Gateway, Sdk


def steps(language, address, simulator_url, sdk):
    types = ApiTypes(language, sdk.types)
    yield "types", types.differences()
    yield from Scenario(sdk, Gateway(address, types.record), simulator_url).steps()
    yield "all fields were seen", types.unseen()


def main(language, address, simulator_url, *command):
    sdk = Sdk(command)
    for name, differences in steps(language, address, simulator_url, sdk):
        print(f"{'FAILED' if differences else 'passed'}: {language}: {name}", flush=True)
        for difference in differences:
            print(f"  {difference}", flush=True)
    return sdk.close()


sys.exit(main(*sys.argv[1:]))
