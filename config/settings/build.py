"""Settings for tools that need Django but no database and no secrets: type checks, message catalogues, API schema."""

from config.env import env

env.secret_key = env.secret_key or "build"
env.database_url = env.database_url or "postgresql://build@127.0.0.1:1/build"
env.redis_url = env.redis_url or "redis://127.0.0.1:1/0"

from config.settings.base import *  # noqa: E402, F403
