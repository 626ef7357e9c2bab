#pragma once
#include "CLinuxSandbox.h"
