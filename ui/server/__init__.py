"""What the programs' doors have in common."""
