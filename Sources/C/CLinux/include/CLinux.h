#pragma once

#include "CLinuxEvents.h"
#include "CLinuxFiles.h"
#include "CLinuxSandbox.h"
#include "CLinuxMemory.h"
#include "CLinuxUsers.h"
