# Databricks notebook source
# A notebook of a hundred cells.
total = 0

# COMMAND ----------

total = total + 1

# COMMAND ----------

total = total + 2

# COMMAND ----------

total = total + 3

# COMMAND ----------

total = total + 4

# COMMAND ----------

total = total + 5

# COMMAND ----------

total = total + 6

# COMMAND ----------

total = total + 7

# COMMAND ----------

total = total + 8

# COMMAND ----------

total = total + 9

# COMMAND ----------

total = total + 10

# COMMAND ----------

total = total + 11

# COMMAND ----------

total = total + 12

# COMMAND ----------

total = total + 13

# COMMAND ----------

total = total + 14

# COMMAND ----------

total = total + 15

# COMMAND ----------

total = total + 16

# COMMAND ----------

total = total + 17

# COMMAND ----------

total = total + 18

# COMMAND ----------

total = total + 19

# COMMAND ----------

total = total + 20

# COMMAND ----------

total = total + 21

# COMMAND ----------

total = total + 22

# COMMAND ----------

total = total + 23

# COMMAND ----------

total = total + 24

# COMMAND ----------

total = total + 25

# COMMAND ----------

total = total + 26

# COMMAND ----------

total = total + 27

# COMMAND ----------

total = total + 28

# COMMAND ----------

total = total + 29

# COMMAND ----------

total = total + 30

# COMMAND ----------

total = total + 31

# COMMAND ----------

total = total + 32

# COMMAND ----------

total = total + 33

# COMMAND ----------

total = total + 34

# COMMAND ----------

total = total + 35

# COMMAND ----------

total = total + 36

# COMMAND ----------

total = total + 37

# COMMAND ----------

total = total + 38

# COMMAND ----------

total = total + 39

# COMMAND ----------

total = total + 40

# COMMAND ----------

total = total + 41

# COMMAND ----------

total = total + 42

# COMMAND ----------

total = total + 43

# COMMAND ----------

total = total + 44

# COMMAND ----------

total = total + 45

# COMMAND ----------

total = total + 46

# COMMAND ----------

total = total + 47

# COMMAND ----------

total = total + 48

# COMMAND ----------

total = total + 49

# COMMAND ----------

total = total + 50

# COMMAND ----------

total = total + 51

# COMMAND ----------

total = total + 52

# COMMAND ----------

total = total + 53

# COMMAND ----------

total = total + 54

# COMMAND ----------

total = total + 55

# COMMAND ----------

total = total + 56

# COMMAND ----------

total = total + 57

# COMMAND ----------

total = total + 58

# COMMAND ----------

total = total + 59

# COMMAND ----------

total = total + 60

# COMMAND ----------

total = total + 61

# COMMAND ----------

total = total + 62

# COMMAND ----------

total = total + 63

# COMMAND ----------

total = total + 64

# COMMAND ----------

total = total + 65

# COMMAND ----------

total = total + 66

# COMMAND ----------

total = total + 67

# COMMAND ----------

total = total + 68

# COMMAND ----------

total = total + 69

# COMMAND ----------

total = total + 70

# COMMAND ----------

total = total + 71

# COMMAND ----------

total = total + 72

# COMMAND ----------

total = total + 73

# COMMAND ----------

total = total + 74

# COMMAND ----------

total = total + 75

# COMMAND ----------

total = total + 76

# COMMAND ----------

total = total + 77

# COMMAND ----------

total = total + 78

# COMMAND ----------

total = total + 79

# COMMAND ----------

total = total + 80

# COMMAND ----------

total = total + 81

# COMMAND ----------

total = total + 82

# COMMAND ----------

total = total + 83

# COMMAND ----------

total = total + 84

# COMMAND ----------

total = total + 85

# COMMAND ----------

total = total + 86

# COMMAND ----------

total = total + 87

# COMMAND ----------

total = total + 88

# COMMAND ----------

total = total + 89

# COMMAND ----------

total = total + 90

# COMMAND ----------

total = total + 91

# COMMAND ----------

total = total + 92

# COMMAND ----------

total = total + 93

# COMMAND ----------

total = total + 94

# COMMAND ----------

total = total + 95

# COMMAND ----------

total = total + 96

# COMMAND ----------

total = total + 97

# COMMAND ----------

total = total + 98

# COMMAND ----------

print(total)
