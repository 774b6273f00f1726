"""What can be said of a model from a number of trials.

figures       what is said of a run and of each category
amounts       tokens, money, steps and time
case_tallies  how many trials of each case passed
comparing     two runs, case by case
estimators    the chance that k trials pass
intervals     intervals of 95 %
exact_tests   how likely a difference is where there is none
"""
