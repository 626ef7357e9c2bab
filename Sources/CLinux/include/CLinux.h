#pragma once

#include "CLinuxEvents.h"
#include "CLinuxSandbox.h"
